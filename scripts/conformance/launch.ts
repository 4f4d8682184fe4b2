import { filesDirectory } from "../../harness/run/engine-needs.ts";
import { existsSync, realpathSync } from "node:fs";
import { chown, mkdir, readdir, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ControlPlane, obtainControlPlane } from "../../harness/cluster/control-plane.ts";
import { usualBeside } from "./beside-engine.ts";
import { findExisting, leaveNoNamespaces } from "./existing-machine.ts";
import { expectKindMachine, leaveNoClusters } from "./kind-machine.ts";
import { enterHost } from "../../harness/cluster/kind/enter-host.ts";
import { type EnteredSandbox, enterSandbox, ordinaryUserId } from "../../harness/cluster/sandbox/enter.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes } from "../../harness/errors/problems.ts";
import { examineMachine } from "../../harness/machine/machine.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { projectPath } from "../../harness/program/places.ts";
import type { RunOptions } from "../../harness/run/options.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { attestationFile } from "../../report/attestation.ts";
import { projectionNames } from "../../report/projections.ts";
import { finishReport } from "../../report/store.ts";
import { preparePage, writePageOf } from "./page.ts";
import { type EngineProgramEntry, type Payload, renderPayload } from "./payload.ts";
import type { RunRequest } from "./request.ts";
import { obtainGuest } from "./guest.ts";
import { controlPlaneProblems, foundProblems } from "./resume.ts";

/** After the request to end, this long until everything inside is killed, in ms. Clusters of kind, and namespaces of a cluster, take their time to be deleted. */
const interruptDeadlineMs = { sandbox: 4_000, kind: 120_000, existing: 120_000 } as const;
/** A terminal sends Ctrl-C to every process of the chain, and each passes it on: those are one. */
const sameInterruptMs = 300;

function print(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What a scenario may put beside an engine; where it is not there, the attempts that want it say so. */
function besideProgram({ kubeProxy }: ControlPlane): Readonly<Record<string, EngineProgramEntry>> {
  if (kubeProxy === undefined) return {};
  const { path, sha256 } = kubeProxy;
  return { [engineLabel(usualBeside.selection)]: { path, digest: sha256, source: "control-plane" } };
}

/** The programs of the engines, those of the control plane included. */
function allPrograms(
  { run, programs: found }: RunRequest,
  controlPlane: ControlPlane,
): Readonly<Record<string, EngineProgramEntry>> {
  const entries = run.programs.map(({ engine, selection: picked }): [string, EngineProgramEntry] => {
    const label = engineLabel(picked);
    const program = found.get(label);
    // A link may lead to where the inside cannot follow.
    if (program) return [label, { ...program, path: realpathSync(program.path) }];
    if (engine.program.kind === "control-plane" && controlPlane.kubeProxy) {
      const { path, sha256 } = controlPlane.kubeProxy;
      return [label, { path, digest: sha256, source: "control-plane" }];
    }
    throw new HarnessError(
      "control-plane/unavailable",
      `the control plane that was found has no ${engine.name}.\nFix: put it beside the others in KUBEBUILDER_ASSETS, or unset that variable.`,
    );
  });
  return { ...besideProgram(controlPlane), ...Object.fromEntries(entries) };
}

async function giveTo(path: string, owner: { readonly uid: number; readonly gid: number }): Promise<void> {
  await chown(path, owner.uid, owner.gid);
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    await chown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
}

/** Makes the run's own directory; a run that began in the same second with the same seed has another. */
async function makeRunDirectory(
  out: string,
  startedAt: string,
  { seed, suffix }: { readonly seed: number; readonly suffix: string },
): Promise<string> {
  await mkdir(out, { recursive: true });
  const name = `${startedAt.replace(/[-:]/g, "").replace(/\.\d+Z$/, "Z")}-${seed}${suffix}`;
  for (let count = 1; ; count++) {
    const directory = resolve(out, count === 1 ? name : `${name}.${count}`);
    try {
      await mkdir(directory);
      return directory;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    }
  }
}

/**
 * Passes Ctrl-C on; the second one, or a deadline, ends everything.
 *
 * @returns whether that has happened
 */
function forwardSignals(sandbox: EnteredSandbox, deadlineMs: number): () => boolean {
  let first: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      print("Interrupted: writing what there is. Once more ends at once.");
      sandbox.interrupt();
      // A deadline, for a sandbox that does not end by itself.
      setTimeout(() => sandbox.kill(), deadlineMs).unref();
    } else if (now - first > sameInterruptMs) sandbox.kill();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  void sandbox.exited.then(() => {
    for (const signal of signals) process.off(signal, onSignal);
  });
  return () => first !== undefined;
}

/** Writes the report of a run whose inside was ended before it could; before its manifest there is nothing to tell. */
async function finishForInside(directory: string): Promise<void> {
  const has = (name: string): boolean => existsSync(join(directory, name));
  if (!has("manifest.yaml") || has("conformance-report.yaml")) return;
  await finishReport(directory, { interrupted: true });
  print(`report: ${join(directory, "conformance-report.yaml")}`);
}

/** What is run inside of the sandbox. */
export interface Inside {
  /** Host path of its program. */
  readonly program: string;
  /** Beside the payload. */
  readonly env: Readonly<Record<string, string>>;
  /** Behind the name of the run's directory. */
  readonly suffix: string;
  /** Called when it was interrupted: what it could not write any more. */
  readonly finish: (directory: string) => Promise<void>;
}

const conformance: Inside = {
  program: fileURLToPath(new URL("inside.ts", import.meta.url)),
  env: {},
  suffix: "",
  finish: finishForInside,
};

/** A run on clusters of kind is no sandbox: it enters the namespaces of docker's containers, as root. */
async function enterKind(payload: Payload, inside: Inside, keeps: boolean): Promise<number> {
  if (keeps) print("--keep: the first attempt that does not pass stays up, and says how to get in.");
  const entered = enterHost([process.execPath, inside.program], { ...renderPayload(payload), ...inside.env });
  const isInterrupted = forwardSignals(entered, interruptDeadlineMs.kind);
  const exitCode = await entered.exited;
  await leaveNoClusters(payload.runId);
  if (!isInterrupted()) return exitCode;
  await inside.finish(payload.directory);
  return exitCodes.interrupted;
}

/** A run on a cluster of the user's own needs nothing of this machine but the way there. */
async function enterExisting(payload: Payload, inside: Inside, options: RunOptions): Promise<number> {
  const entered = enterHost([process.execPath, inside.program], { ...renderPayload(payload), ...inside.env });
  const isInterrupted = forwardSignals(entered, interruptDeadlineMs.existing);
  const exitCode = await entered.exited;
  if (options.existing !== undefined) await leaveNoNamespaces(options.existing, payload.runId, print);
  if (!isInterrupted()) return exitCode;
  await inside.finish(payload.directory);
  return exitCodes.interrupted;
}

async function enter(
  payload: Payload,
  { run: { options }, readable }: RunRequest,
  inside: Inside,
): Promise<number> {
  if (options.provider === "kind") return await enterKind(payload, inside, options.keep);
  if (options.provider === "existing") return await enterExisting(payload, inside, options);
  const user = ordinaryUserId(options.asRoot);
  if (user) await giveTo(payload.directory, user);
  const programs = Object.values(payload.programs).flatMap(({ path }) => [path, filesDirectory(path)]);
  // What the inside reads again from the command line.
  const files = options.engines.filter(({ kind }) => kind === "file").map(({ target }) => resolve(target));
  const cache = cacheDirectory();
  const { guest } = payload;
  const kernelPaths = guest !== undefined && "version" in guest ? [guest.image, guest.modules] : [];
  const sandbox = enterSandbox({
    argv: [process.execPath, inside.program],
    env: { ...renderPayload(payload), ...inside.env },
    readable: [
      projectPath(),
      process.execPath,
      cache,
      payload.directory,
      ...programs,
      ...files,
      ...[options.baseline, options.waivers].flatMap((file) => (file === undefined ? [] : [resolve(file)])),
      ...readable,
      payload.controlPlane.etcd.path,
      payload.controlPlane.kubeApiserver.path,
      ...kernelPaths,
    ].filter((path) => existsSync(path)),
    asRoot: options.asRoot,
    guests: kernelPaths.length > 0,
  });
  const isInterrupted = forwardSignals(sandbox, interruptDeadlineMs.sandbox);
  if (options.keep)
    print(`--keep: the first attempt that does not pass stays up. To get in: ${sandbox.wayIn}`);
  const exitCode = await sandbox.exited;
  if (user) await giveTo(payload.directory, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
  if (!isInterrupted()) return exitCode;
  await inside.finish(payload.directory);
  return exitCodes.interrupted;
}

/** Gets the control plane; Ctrl-C ends it. */
async function obtain({ controlPlane: source }: RunOptions): Promise<ControlPlane> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const controlPlane = await obtainControlPlane({
    report: print,
    signal: stop.signal,
    ...(source === undefined ? {} : { source }),
  }).catch((thrown: unknown) => {
    if (!stop.signal.aborted) throw thrown;
    const what = "interrupted while the control plane was obtained; nothing was run.";
    throw new HarnessError("run/interrupted", what, { cause: thrown });
  });
  process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  print(
    `control plane (${controlPlane.source}): etcd ${controlPlane.etcd.version}, kube-apiserver ${controlPlane.kubeApiserver.version}`,
  );
  return controlPlane;
}

/** The directory of a run that is gone on with, without the report that it had so far. */
async function reuseRunDirectory(earlier: string): Promise<string> {
  const directory = resolve(earlier);
  for (const name of ["conformance-report.yaml", "report.html", attestationFile, ...projectionNames])
    await rm(join(directory, name), { force: true });
  return directory;
}

/** What a run is made of: control plane, programs, and what this machine has; or what is in the user's cluster. */
async function gather(
  request: RunRequest,
): Promise<Pick<Payload, "controlPlane" | "programs" | "kernelFeatures" | "guest">> {
  const { run } = request;
  const { options } = run;
  if (options.existing !== undefined) {
    const found = await findExisting(options.existing, run.selection.picks, print);
    return { ...found, kernelFeatures: {} };
  }
  if (options.provider === "kind") await expectKindMachine([...request.programs.values()]);
  const machine = await examineMachine({ asRoot: options.asRoot, outFolder: options.out });
  if (options.provider !== "kind") assertNoProblems(machine.problems);
  const controlPlane = await obtain(options);
  // A node of kind has the kernel of this machine.
  const guest = options.provider === "kind" ? {} : await obtainGuest(run, print);
  const programs = allPrograms(request, controlPlane);
  return { controlPlane, kernelFeatures: machine.kernelFeatures, ...guest, programs };
}

/**
 * Starts what was found to be possible: gets the control plane, and enters the sandbox.
 *
 * @returns the exit code of the inside, and the run's directory
 * @throws {HarnessProblems | HarnessError} before anything was started
 */
export async function launch(
  request: RunRequest,
  startedAt: string,
  inside: Inside = conformance,
): Promise<{ readonly exitCode: number; readonly directory: string }> {
  const { argv, seed, run, resumed, replay, corpus } = request;
  const { options } = run;
  print(`seed ${seed}`);
  const gathered = await gather(request);
  if (resumed !== undefined) {
    const { controlPlane, programs } = gathered;
    assertNoProblems([
      ...controlPlaneProblems(resumed.manifest, controlPlane),
      ...foundProblems(resumed.manifest, programs),
    ]);
  }
  const directory = await (resumed === undefined
    ? makeRunDirectory(options.out, startedAt, { seed, suffix: inside.suffix })
    : reuseRunDirectory(resumed.directory));
  const payload: Payload = {
    argv,
    seed,
    runId: basename(directory),
    startedAt,
    directory,
    resume: resumed !== undefined,
    ...(replay === undefined ? {} : { replay }),
    ...(corpus === undefined ? {} : { corpus }),
    ...gathered,
  };
  const prepared = preparePage();
  const exitCode = await enter(payload, request, inside);
  await prepared;
  await writePageOf(directory, exitCode === exitCodes.interrupted);
  return { exitCode, directory };
}
