import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { HarnessError } from "../errors/harness-error.ts";
import { dumpEnd, renderDumpScript } from "../state/dump.ts";
import { inNamespace } from "./in-namespace.ts";

/**
 * A shell that stays in a node's network namespace and dumps its state when asked. A look every other moment would otherwise start a
 * process from one as large as the harness, which holds that up for many milliseconds on a busy machine.
 */
export interface DumpShell extends AsyncDisposable {
  /**
   * The output of `renderDumpScript()`.
   *
   * @throws {HarnessError} `node/command-failed` when the shell ended, or did not answer in time
   */
  dump(): Promise<string>;
}

/** The shell reads its orders from stdin, which is not for the tools. */
const orders = `dump() (
${renderDumpScript()}
)
`;
const order = "dump </dev/null\n";

function failure(name: string, what: string, seen: string): HarnessError {
  return new HarnessError(
    "node/command-failed",
    `the shell that dumps the state of ${name} ${what}.\nSaw: ${seen.slice(-500).trim() || "no output"}`,
  );
}

/** Waits for the end of one answer. */
function readAnswer(child: ChildProcess, name: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    let errors = "";
    const onText = (chunk: string): void => {
      text += chunk;
      const end = dumpEnd(text);
      if (end !== undefined && text.endsWith(end)) finish(() => resolve(text));
    };
    const onError = (chunk: string): void => {
      errors += chunk;
    };
    const onGone = (): void => finish(() => reject(failure(name, "ended", errors)));
    // A limit: the answer itself is what is waited for.
    const timer = setTimeout(
      () => finish(() => reject(failure(name, `did not answer within ${timeoutMs} ms`, errors))),
      timeoutMs,
    );
    const finish = (then: () => void): void => {
      clearTimeout(timer);
      child.stdout?.off("data", onText);
      child.stderr?.off("data", onError);
      child.off("close", onGone);
      child.off("error", onGone);
      then();
    };
    child.stdout?.on("data", onText);
    child.stderr?.on("data", onError);
    child.on("close", onGone);
    child.on("error", onGone);
  });
}

function startShell(name: string): ChildProcess {
  const [command, ...args] = [...inNamespace(name), "sh"];
  const child = spawn(command ?? "", args, { stdio: "pipe" });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  // Who writes to a shell that is gone hears of it by its end.
  child.stdin.on("error", () => undefined);
  child.on("error", () => undefined);
  child.stdin.write(orders);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

/**
 * The shell of the network namespace `/run/netns/<name>`; started when it is first asked, and again where it failed.
 *
 * @param timeoutMs - how long one dump may take
 */
export function createDumpShell(name: string, timeoutMs: number): DumpShell {
  let shell: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isDisposed = false;
  const dump = async (): Promise<string> => {
    if (isDisposed) throw failure(name, "was ended with its node", "");
    shell ??= startShell(name);
    const child = shell;
    const answer = readAnswer(child, name, timeoutMs);
    child.stdin?.write(order);
    try {
      return await answer;
    } catch (thrown) {
      shell = undefined;
      await end(child);
      throw thrown;
    }
  };
  return {
    dump() {
      const mine = last.then(dump, dump);
      last = mine;
      return mine;
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      if (shell !== undefined) await end(shell);
    },
  };
}
