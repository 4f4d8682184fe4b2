import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { ClusterFacts, EngineProfile, EngineSelection } from "../../harness/model/engine.ts";
import type { Plan } from "../../harness/model/plan.ts";
import { eventsOf, type Recording } from "../../harness/model/recording.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import type { Verdict } from "../../harness/model/verdict.ts";
import { recordingProblems } from "../../harness/oracle/recording-problems.ts";
import { describeAttempt, evidencePath } from "../attempt-entry.ts";
import type { ManifestEngine, PlannedEntry, RunManifest } from "../manifest-schema.ts";
import { decodeRecording, type RecordingFiles, readRecording } from "../recording-files.ts";
import { isShown, referenceAttempt, restartedAttempt } from "../reference-attempt.ts";
import { planSchema } from "../plan-schema.ts";
import { attemptSchema, type ReportedAttempt } from "../schema.ts";
import { digestFailures, readAttemptFiles, secretFailures, snapshotFailures } from "./attempt-files.ts";
import type { CheckName, Failure } from "./checks.ts";
import { asData, isSame, without } from "./data.ts";
import { mayStand, rejudge } from "./rejudge.ts";
import { residueFailures } from "./residue.ts";

/** What is known of the run that an attempt is of. */
export interface InspectedRun {
  /** Absolute. */
  readonly directory: string;
  readonly manifest: RunManifest;
  /** Whether the report is of a schema version that has digests. */
  readonly hasDigests: boolean;
}

/** What an engine declares in one attempt. */
interface Declaration {
  readonly engine: EngineSelection;
  readonly profile: EngineProfile;
  readonly cluster: ClusterFacts;
  readonly settings: Settings;
}

/** What came of looking at one attempt; plain data. */
export interface Inspected {
  readonly id: string;
  readonly failures: readonly Failure[];
  /** Its verdict.json, where it has a sound one. */
  readonly entry?: ReportedAttempt;
  readonly plan?: Plan;
  /** By which its recording was judged; not of level `power`. */
  readonly declared?: Declaration;
}

/** Recordings that attempts are judged against: many are, against the same. */
export type References = (directory: string) => Promise<Recording>;

/** Recordings that were read last are kept at hand. */
export function createReferences(kept = 2): References {
  const known = new Map<string, Promise<Recording>>();
  return (directory) => {
    const found = known.get(directory) ?? readRecording(directory);
    known.delete(directory);
    known.set(directory, found);
    for (const oldest of [...known.keys()].slice(0, -kept)) known.delete(oldest);
    return found;
  };
}

function programFailures(plan: Plan, engine: ManifestEngine | undefined): readonly Failure[] {
  const fail = (what: string): Failure => ({ check: "programs", what });
  if (engine === undefined) return [fail("the report has no engine of that label.")];
  const { name, version, variant, options } = engine;
  const isPlanned = isSame(plan.engine, {
    name,
    ...(version === undefined ? {} : { version }),
    variant,
    options,
  });
  if (!isPlanned) return [fail("its plan is of another engine than the report's.")];
  return plan.engineDigest === engine.program.sha256
    ? []
    : [fail(`its plan is of the program ${plan.engineDigest}, the report names ${engine.program.sha256}.`)];
}

/** What the engine declared in the attempt, and the cluster that it declared it for. */
function declarationOf(recording: Recording): Declaration | undefined {
  const begin = eventsOf(recording, "begin")[0];
  if (begin === undefined) return undefined;
  const named = (what: string): readonly string[] =>
    begin.networks.flatMap((network) => (network.what === what ? [network.cidr] : []));
  const port = Object.entries(begin.aliases ?? {}).find(([, alias]) => alias === "<api-port>")?.[0] ?? "";
  return {
    engine: recording.plan.engine,
    settings: recording.plan.settings,
    profile: begin.engineProfile,
    cluster: {
      apiServiceAddress: named("Service default/kubernetes")[0] ?? "",
      apiEndpoints: named("endpoint of the API server").map((address) => `${address}:${port}`),
    },
  };
}

function orderFailures({ events }: Recording): readonly string[] {
  // Writes are heard of a little later than they happened: only what the harness itself does is in order.
  const own = events.filter(({ kind }) => kind === "step" || kind === "snapshot" || kind === "quiet");
  const back = own.findIndex(({ atMs }, index) => atMs < (own[index - 1]?.atMs ?? 0));
  return back < 0 ? [] : [`its events are out of order at ${own[back]?.atMs} ms.`];
}

function recordingFailures(
  recording: Recording,
  planned: PlannedEntry,
  verdict: Verdict["kind"],
): readonly Failure[] {
  const isOpen = verdict === "error" || verdict === "not-exercised";
  const { plan } = recording;
  return [
    ...(isOpen ? [] : recordingProblems(recording).map((what) => `${what}.`)),
    ...orderFailures(recording),
    ...(plan.id === planned.id && plan.scenario === planned.scenario
      ? []
      : ["its plan is of another attempt."]),
  ].map((what) => ({ check: "recordings", what }));
}

function verdictFailures(entry: ReportedAttempt, now: ReportedAttempt): readonly Failure[] {
  const fail = (what: string): Failure => ({ check: "verdicts", what });
  const [given, again] = [entry.verdict, now.verdict];
  // Whatever had been seen by then: an interrupted attempt makes an interrupted run.
  if (given.kind === "not-exercised" && given.reason === "interrupted") return [];
  if (!mayStand(given.kind, again.kind))
    return [fail(`its verdict is ${given.kind}, and the oracles reach ${again.kind}.`)];
  const found = (of: ReportedAttempt["verdict"]) => ("findings" in of ? (of.findings ?? []) : []);
  if (given.kind === "not-exercised" || isSame(found(given), found(again))) return [];
  return [
    fail(
      `the oracles have ${found(again).length} findings, and its verdict ${found(given).length}, not the same.`,
    ),
  ];
}

function figureFailures(entry: ReportedAttempt, now: ReportedAttempt): readonly Failure[] {
  const [told, due] = [entry, now].map((one) => without(one, "verdict", "seed", "evidenceDigest")) as Record<
    string,
    unknown
  >[];
  const names = [...new Set([...Object.keys(told ?? {}), ...Object.keys(due ?? {})])];
  const wrong = names.filter((name) => !isSame(told?.[name] ?? null, due?.[name] ?? null));
  return wrong.map((name) => ({ check: "figures", what: `its recording leads to another \`${name}\`.` }));
}

function readEntry(directory: string): ReportedAttempt | Failure {
  const path = join(directory, "verdict.json");
  try {
    return attemptSchema.parse(JSON.parse(readFileSync(path, "utf8"))) as ReportedAttempt;
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { check: "evidence", what: `its verdict.json cannot be read: ${why}` };
  }
}

function readPlan(files: RecordingFiles): Plan | undefined {
  try {
    return planSchema.parse(JSON.parse(Buffer.from(files.get("plan.json") ?? []).toString()));
  } catch {
    // Told by the caller: the attempt has none then.
    return undefined;
  }
}

/** What an attempt was judged against, as far as its run has it. */
async function referencesOf(
  { directory, manifest }: InspectedRun,
  plan: Plan,
  references: References,
): Promise<{ readonly reference?: Recording; readonly restarted?: Recording }> {
  const pathOf = (id: string | undefined): string | undefined =>
    manifest.attempts.some((entry) => entry.id === id) ? join(directory, evidencePath(id ?? "")) : undefined;
  const [reference, restarted] = [pathOf(referenceAttempt(plan)), pathOf(restartedAttempt(plan))];
  const entry = restarted === undefined ? undefined : readEntry(restarted);
  const isSecond = restarted !== undefined && entry !== undefined && !("check" in entry) && isShown(entry);
  return {
    ...(reference === undefined ? {} : { reference: await references(reference) }),
    ...(isSecond ? { restarted: await references(restarted) } : {}),
  };
}

/** Everything that the recording of an attempt is asked. */
async function judgeAgain(
  run: InspectedRun,
  planned: PlannedEntry,
  { entry, files, directory }: { entry: ReportedAttempt; files: RecordingFiles; directory: string },
  references: References,
): Promise<{ readonly failures: readonly Failure[]; readonly declared?: Declaration | undefined }> {
  const recording = decodeRecording(directory, files);
  const used = new Set(
    recording.events.flatMap((event) =>
      event.kind === "snapshot" || event.kind === "kernel-state" ? [event.digest] : [],
    ),
  );
  const verdict = rejudge(recording, await referencesOf(run, recording.plan, references));
  const { startedAt = "", durationMs, residue } = entry;
  const now = asData(
    describeAttempt(run.manifest, planned, {
      plan: recording.plan,
      verdict,
      recording,
      engineLogs: {},
      ...(residue === undefined ? {} : { residue }),
      startedAt,
      durationMs,
    }),
  );
  const failures = [
    ...snapshotFailures(files, used),
    ...recordingFailures(recording, planned, entry.verdict.kind),
    ...verdictFailures(entry, now),
    ...figureFailures(entry, now),
    ...residueFailures(entry),
  ];
  return { failures, ...(planned.level === "power" ? {} : { declared: declarationOf(recording) }) };
}

const about =
  (id: string) =>
  ({ check, what }: Failure): Failure => ({ check, what: `${id}: ${what}` });

/**
 * Looks at all that an attempt left, and judges its recording again.
 *
 * @returns nothing but its id where it left nothing
 */
export async function inspectAttempt(
  run: InspectedRun,
  planned: PlannedEntry,
  references: References,
): Promise<Inspected> {
  const directory = join(run.directory, evidencePath(planned.id));
  const files = readAttemptFiles(directory);
  if (files === undefined) return { id: planned.id, failures: [] };
  const failures: Failure[] = [];
  const engine = run.manifest.engines.find(({ label }) => label === planned.engine);
  const read = readEntry(directory);
  const entry = "check" in read ? undefined : read;
  if ("check" in read) failures.push(read);
  const plan = readPlan(files);
  let declared: Declaration | undefined;
  const fail = (check: CheckName, what: string): void => void failures.push({ check, what });
  if (plan === undefined) fail("evidence", "it has no plan.json that can be read.");
  // Mutants, and the sound engine beside them, are not under test: the report has no program of theirs.
  else if (planned.level !== "power") failures.push(...programFailures(plan, engine));
  if (run.hasDigests) failures.push(...digestFailures(directory, files, entry?.evidenceDigest));
  failures.push(...secretFailures(files));
  if (entry !== undefined && files.has("recording.jsonl")) {
    try {
      const again = await judgeAgain(run, planned, { entry, files, directory }, references);
      failures.push(...again.failures);
      declared = again.declared;
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      fail("recordings", error.message);
    }
  } else if (entry !== undefined && (entry.verdict.kind === "pass" || entry.verdict.kind === "fail"))
    fail("evidence", `its verdict is ${entry.verdict.kind}, and it has no recording.`);
  return {
    id: planned.id,
    failures: failures.map(about(planned.id)),
    ...(entry === undefined ? {} : { entry }),
    ...(plan === undefined ? {} : { plan }),
    ...(declared === undefined ? {} : { declared }),
  };
}
