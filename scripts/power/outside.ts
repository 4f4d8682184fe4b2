import { existsSync } from "node:fs";
import { chown, mkdir, readdir, realpath, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ControlPlane, obtainControlPlane } from "../../harness/cluster/control-plane.ts";
import { enterSandbox, ordinaryUserId } from "../../harness/cluster/sandbox/enter.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes, HarnessProblems } from "../../harness/errors/problems.ts";
import { machineProblems } from "../../harness/machine/machine.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { type Payload, renderPayload } from "../conformance/payload.ts";
import { checkout } from "../conformance/plan-run.ts";
import { checkRequest, type RunRequest } from "../conformance/request.ts";
import { parsePower, powerHelp } from "./options.ts";
import { renderPlot } from "./plot.ts";
import { resultOf, triedIn } from "./result.ts";
import { readJournal, timeVariable } from "./journal.ts";
import { renderPower } from "./table.ts";

/** After the request to end, this long until everything inside is killed, in ms. */
const interruptDeadlineMs = 4_000;

function print(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Everything that can be wrong with the command line, at once. */
async function check(
  argv: readonly string[],
): Promise<{ readonly timeMs: number; readonly request: RunRequest }> {
  const { options, problems } = parsePower(argv);
  const all = [...problems];
  let request: RunRequest | undefined;
  try {
    if (options) request = await checkRequest(options.argv);
  } catch (thrown) {
    if (thrown instanceof HarnessProblems) all.push(...thrown.problems);
    else if (thrown instanceof HarnessError) all.push(thrown);
    else throw thrown;
  }
  assertNoProblems(all);
  if (options === undefined || request === undefined)
    throw new Error("a command line without problems was not understood");
  return { timeMs: options.timeMs, request };
}

/** Gets the control plane; Ctrl-C ends it. */
async function obtain({ run: { options } }: RunRequest, signal: AbortSignal): Promise<ControlPlane> {
  const source = options.controlPlane;
  try {
    return await obtainControlPlane({ report: print, signal, ...(source === undefined ? {} : { source }) });
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    const what = "interrupted while the control plane was obtained; nothing was run.";
    throw new HarnessError("run/interrupted", what, { cause: thrown });
  }
}

/** The programs of the engine, as the inside finds them. */
async function programsOf(
  { run, programs }: RunRequest,
  { kubeProxy }: ControlPlane,
): Promise<Payload["programs"]> {
  const entries: [string, Payload["programs"][string]][] = [];
  for (const { engine, selection } of run.programs) {
    const label = engineLabel(selection);
    const own = programs.get(label);
    // A link may lead to where the inside cannot follow.
    if (own) entries.push([label, { ...own, path: await realpath(own.path) }]);
    else if (engine.program.kind === "control-plane" && kubeProxy)
      entries.push([label, { path: kubeProxy.path, digest: kubeProxy.sha256, source: "control-plane" }]);
    else
      throw new HarnessError(
        "control-plane/unavailable",
        `the control plane that was found has no ${engine.name}.\nFix: put it beside the others in KUBEBUILDER_ASSETS, or unset that variable.`,
      );
  }
  return Object.fromEntries(entries);
}

async function giveTo(path: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  await chown(path, uid, gid);
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    await chown(join(entry.parentPath, entry.name), uid, gid);
}

/** Runs the inside to its end, or until it is interrupted. */
async function enter(
  payload: Payload,
  { request, timeMs }: { readonly request: RunRequest; readonly timeMs: number },
  signal: AbortSignal,
): Promise<number> {
  const { options } = request.run;
  const { etcd, kubeApiserver } = payload.controlPlane;
  const user = ordinaryUserId(options.asRoot);
  if (user) await giveTo(payload.directory, user);
  const sandbox = enterSandbox({
    argv: [process.execPath, join(import.meta.dirname, "inside.ts")],
    env: { ...renderPayload(payload), [timeVariable]: String(timeMs) },
    readable: [
      checkout,
      process.execPath,
      cacheDirectory(),
      payload.directory,
      ...Object.values(payload.programs).map(({ path }) => path),
      ...options.engines.filter(({ kind }) => kind === "file").map(({ target }) => resolve(target)),
      etcd.path,
      kubeApiserver.path,
    ].filter((path) => existsSync(path)),
    asRoot: options.asRoot,
  });
  const end = (): void => {
    print("Interrupted: telling what there is.");
    sandbox.interrupt();
    setTimeout(() => sandbox.kill(), interruptDeadlineMs).unref();
  };
  if (signal.aborted) end();
  signal.addEventListener("abort", end);
  const exitCode = await sandbox.exited;
  signal.removeEventListener("abort", end);
  if (user) await giveTo(payload.directory, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
  return exitCode;
}

/** Writes and prints what the inside has left. */
async function tell(
  payload: Payload,
  { request, timeMs }: { readonly request: RunRequest; readonly timeMs: number },
  isInterrupted: boolean,
): Promise<void> {
  const { directory, startedAt, seed } = payload;
  const { picks } = request.run.selection;
  const engine = picks.map(({ selection }) => engineLabel(selection)).join(", ");
  const { clusters } = request.run.options;
  const journal = await readJournal(directory);
  const result = resultOf({ startedAt, engine, seed, clusters, timeMs, isInterrupted }, journal);
  const whole = { ...result, attempts: triedIn(journal) };
  await writeFile(join(directory, "power.json"), `${JSON.stringify(whole, undefined, 2)}\n`);
  await writeFile(join(directory, "power.svg"), renderPlot(`${engine}, seed ${seed}`, result.ways));
  process.stdout.write(`${renderPower(result)}plot: ${join(directory, "power.svg")}\n`);
}

/**
 * Compares the ways to kill an engine.
 *
 * @returns the exit code
 * @throws {HarnessProblems | HarnessError} before anything was started
 */
export async function runPower(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help")) {
    process.stdout.write(powerHelp);
    return exitCodes.conformant;
  }
  const startedAt = new Date().toISOString();
  const checked = await check(argv);
  const { request } = checked;
  const { options } = request.run;
  print(`seed ${request.seed}`);
  assertNoProblems(await machineProblems({ asRoot: options.asRoot, outFolder: options.out }));
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  const controlPlane = await obtain(request, stop.signal);
  const name = `${startedAt.replace(/[-:]/g, "").replace(/\.\d+Z$/, "Z")}-${request.seed}-power`;
  const directory = resolve(options.out, name);
  await mkdir(directory, { recursive: true });
  const payload: Payload = {
    argv: request.argv,
    seed: request.seed,
    runId: name,
    startedAt,
    directory,
    resume: false,
    controlPlane,
    programs: await programsOf(request, controlPlane),
  };
  const exitCode = await enter(payload, checked, stop.signal);
  await tell(payload, checked, stop.signal.aborted);
  return stop.signal.aborted ? exitCodes.interrupted : exitCode;
}
