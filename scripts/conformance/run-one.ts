import { once } from "node:events";
import { join } from "node:path";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import type { AttemptResult } from "../../harness/model/attempt-result.ts";
import type { Recording } from "../../harness/model/recording.ts";
import type { Verdict } from "../../harness/model/verdict.ts";
import { readableByEngines } from "../../harness/program/places.ts";
import { runAttempt } from "../../harness/run/attempt.ts";
import { earlierSelections } from "../../harness/run/earlier-versions.ts";
import type { RunOptions } from "../../harness/run/options.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import type { Progress } from "../../harness/run/progress.ts";
import type { ProgramImage } from "../../harness/run/programs.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import type { BesideEngine } from "../../harness/run/beside.ts";
import { usualBeside } from "./beside-engine.ts";
import { readRecording } from "../../report/recording-files.ts";
import { scrub } from "../../report/scrub.ts";
import type { Payload } from "./payload.ts";
import { checkout } from "./plan-run.ts";

export interface Running {
  readonly payload: Payload;
  readonly keep: boolean;
  readonly provider: RunOptions["provider"];
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly pool: ClusterPool;
  readonly referenceOf: (directory: string) => Promise<Recording>;
}

/** So many recordings are kept at hand: the points of one index attempt are tried together. */
const keptRecordings = 4;

/** Recordings that attempts are judged against, read once for many of them. */
export function createReferences(): Running["referenceOf"] {
  const known = new Map<string, Promise<Recording>>();
  return (directory) => {
    const found = known.get(directory) ?? readRecording(directory);
    known.delete(directory);
    known.set(directory, found);
    for (const oldest of [...known.keys()].slice(0, -keptRecordings)) known.delete(oldest);
    return found;
  };
}

function resultOf({ plan }: PlannedAttempt, verdict: Verdict): AttemptResult {
  return { plan, verdict, engineLogs: {}, startedAt: new Date().toISOString(), durationMs: 0 };
}

/** How to get to a node that is kept. */
const waysIn = {
  sandbox: {
    where: "Inside of the sandbox",
    to: (node: string) => `  ip netns exec ${node} sh`,
  },
  existing: {
    where: "With kubectl, in the namespaces of the run (kubectl get namespaces -l leakproof.dev/run)",
    to: (node: string) => `  kubectl debug node/${node} -it --image=IMAGE`,
  },
  kind: {
    where: "On this machine, as root",
    to: (node: string) =>
      `  docker exec -it ${node} bash    # in there: kubectl --kubeconfig=/etc/kubernetes/admin.conf get pods -A`,
  },
} as const satisfies Readonly<Record<RunOptions["provider"], unknown>>;

/** With --keep: leaves an attempt that did not pass as it is until the run is interrupted. */
async function hold(
  { provider, signal }: Running,
  verdict: Verdict,
  nodes: readonly string[],
): Promise<void> {
  if (verdict.kind === "pass" || signal.aborted) return;
  const { where, to } = waysIn[provider];
  process.stderr.write(
    `kept: ${verdict.kind}. ${where}:\n${nodes.map(to).join("\n")}\nCtrl-C ends it; nothing is left then.\n`,
  );
  await once(signal, "abort");
}

/** What the attempt is judged against, or why it is not there. */
async function findReferences(
  { referenceOf }: Running,
  { reference, restarted }: PlannedAttempt,
): Promise<{ readonly reference?: Recording; readonly restarted?: Recording; readonly missing?: string }> {
  try {
    return {
      ...(reference === undefined ? {} : { reference: await referenceOf(reference) }),
      ...(restarted === undefined ? {} : { restarted: await referenceOf(restarted) }),
    };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Programs that are run in an image, by their paths. */
function imagesOf({ programs }: Payload): Readonly<Record<string, ProgramImage>> {
  return Object.fromEntries(
    Object.values(programs).flatMap(({ path, image }) => (image === undefined ? [] : [[path, image]])),
  );
}

/** What the attempt has beside its engine, or why that is not to be had. */
function besideOf(
  { programs }: Payload,
  {
    scenario,
    beside = usualBeside,
  }: Pick<PlannedAttempt, "scenario"> & { readonly beside?: typeof usualBeside },
): { readonly beside?: BesideEngine } | string {
  if (scenario.beside === undefined) return {};
  const { engine, selection } = beside;
  const program = programs[engineLabel(selection)]?.path;
  return program === undefined
    ? `the control plane that was found has no ${engine.name} to put beside the engine`
    : { beside: { engine, selection, program } };
}

/** Runs one attempt of a run on a cluster of its pool. */
export async function runOne(
  running: Running,
  attempt: PlannedAttempt,
  lane: number,
): Promise<AttemptResult> {
  const { payload, progress, signal, pool, keep } = running;
  const { plan, scenario, pick, unsupported, missing } = attempt;
  if (unsupported !== undefined) return resultOf(attempt, { kind: "unsupported", feature: unsupported });
  if (missing !== undefined)
    return resultOf(attempt, { kind: "not-exercised", reason: "environment", detail: missing });
  const beside = besideOf(payload, attempt);
  if (typeof beside === "string")
    return resultOf(attempt, { kind: "not-exercised", reason: "environment", detail: beside });
  progress.doing(lane, plan.id, "preparing");
  const { missing: unread, ...references } = await findReferences(running, attempt);
  if (unread !== undefined) {
    const cause = { code: "state/unreadable", message: unread };
    return resultOf(attempt, { kind: "error", cause, findings: [] });
  }
  const images = imagesOf(payload);
  return runAttempt(
    {
      plan,
      scenario,
      engine: pick.engine,
      program: payload.programs[engineLabel(plan.engine)]?.path ?? "",
      earlierPrograms: earlierSelections(plan.engine).map(
        (selection) => payload.programs[engineLabel(selection)]?.path ?? "",
      ),
      images,
      ...beside,
      readable: readableByEngines(),
      hidden: [join(checkout, ".git")],
      report: (doing) => progress.doing(lane, plan.id, doing),
      signal,
      ...references,
      ...(keep && attempt.level !== "power"
        ? { hold: (verdict, nodes) => hold(running, verdict, nodes) }
        : {}),
    },
    pool,
    scrub,
  );
}
