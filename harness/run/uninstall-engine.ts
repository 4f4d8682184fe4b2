import { HarnessError } from "../errors/harness-error.ts";
import { until } from "../wait/until.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { engineOf, launchRequest, noteKernelWrite, programOf, terminateEngine } from "./engine-control.ts";
import { lookNow } from "./look.ts";

const logTailLines = 15;

/**
 * Terminates the engine of a node, runs the vendor's own clean-up to its end, or to the engine's worst case, and
 * looks at what is left.
 *
 * @throws {HarnessError} `run/internal` for an engine without a clean-up: it claims what it does not have
 */
export async function uninstallEngine(context: AttemptContext, step: string, name: string): Promise<void> {
  const own = engineOf(context, name);
  await terminateEngine(context, name);
  const spec = context.engine.uninstall?.(launchRequest(context, own));
  if (spec === undefined)
    throw new HarnessError("run/internal", `${context.engine.name} claims uninstall and has no clean-up`);
  await own.node.writeEngineFiles(spec.files);
  const process = await own.node.startEngine({
    ...spec,
    ...programOf(context, own),
    readable: context.readable,
    hidden: context.hidden,
    onKernelWrite: (write) => noteKernelWrite(context, own, write),
    onLine: () => undefined,
  });
  const gone = async (): Promise<true | undefined> => (process.hasExited() ? true : undefined);
  const limit = { timeoutMs: context.worstCaseMs, everyMs: 10, signal: context.signal };
  const hasExited = await until(`the clean-up on ${name} ends`, gone, limit).catch((thrown: unknown) => {
    if (context.signal.aborted) throw thrown;
    return false as const;
  });
  if (!hasExited) await process.killTree();
  const status = await process.exited;
  own.logs.push(process.log());
  const isDone = hasExited && status.exitCode === 0;
  context.recorder.add({
    kind: "engine",
    node: name,
    state: "uninstalled",
    ...(hasExited ? status : {}),
    ...(isDone ? {} : { logTail: process.tail(logTailLines) }),
  });
  await lookNow(context, step, "uninstalled");
}
