import { join } from "node:path";
import type { AttemptResult } from "../../harness/model/attempt-result.ts";
import type { Recording } from "../../harness/model/recording.ts";
import { planCrashPoints } from "../../harness/run/crash-campaign.ts";
import { crashPlans, restartedPlan } from "../../harness/run/crash-points.ts";
import { withProviderLacks } from "../../harness/run/provider-lacks.ts";
import { type PlannedAttempt, sealAttempts } from "../../harness/run/select.ts";
import { isMissing } from "../../report/assemble.ts";
import { evidencePath } from "../../report/attempt-entry.ts";
import { readRecording } from "../../report/recording-files.ts";
import { isShown } from "../../report/reference-attempt.ts";
import type { ReportedAttempt } from "../../report/schema.ts";
import type { ReportStore } from "../../report/store.ts";
import { plannedInput } from "./describe-run.ts";
import type { Payload } from "./payload.ts";
import type { PlannedRun } from "./plan-run.ts";

/** The attempts of a run: those that are known from the beginning, and what others lead to. */
export interface Work {
  /** In the order of the report. */
  readonly attempts: readonly PlannedAttempt[];
  /**
   * Keeps a result.
   *
   * @returns the attempts that it leads to; they are in the manifest
   */
  keep(
    result: AttemptResult,
    attempt: PlannedAttempt,
    store: ReportStore,
  ): Promise<readonly PlannedAttempt[]>;
  /**
   * What is left to do where some attempts have a verdict already: their results lead to the same attempts
   * as before.
   */
  remaining(
    judged: ReadonlyMap<string, ReportedAttempt>,
    store: Pick<ReportStore, "extend">,
  ): Promise<readonly PlannedAttempt[]>;
}

/** The attempts that try what an index attempt's recording leads to. */
function followers(
  index: PlannedAttempt,
  recording: Recording | undefined,
  evidenceOf: (id: string) => string,
): readonly PlannedAttempt[] {
  const { leadsTo, ...attempt } = index;
  if (leadsTo === undefined || recording === undefined) return [];
  const reference = evidenceOf(index.plan.id);
  const role = index.role === "fresh" ? "upgraded" : "crash-point";
  return leadsTo(recording).map((plan) => ({ ...attempt, role, reference, plan }));
}

/** What is planned for: the run's directory, and the programs by the labels of their engines. */
export interface WorkPlace {
  readonly directory: Payload["directory"];
  readonly programs: Readonly<Record<string, { readonly digest: string }>>;
}

/** Plans the whole work of a run. */
export function planWork(payload: WorkPlace, { options, selection, strikes, isOwn }: PlannedRun): Work {
  const digests = new Map(Object.entries(payload.programs).map(([label, { digest }]) => [label, digest]));
  const asProvided = (attempt: PlannedAttempt): PlannedAttempt =>
    withProviderLacks(attempt, options.provider);
  const sealed = sealAttempts(selection.attempts, digests).map(asProvided);
  const evidenceOf = (id: string): string => join(payload.directory, evidencePath(id));
  const campaign = planCrashPoints({
    strikes,
    seed: options.seed,
    attempts: sealed,
    plansOf: (recording, families) => crashPlans(recording, families).map(({ plan }) => plan),
    restartedOf: restartedPlan,
    evidenceOf,
  });
  const isPower = ({ level }: PlannedAttempt): boolean => level === "power";
  // What an index attempt leads to goes with it, another index attempt included.
  const attempts = [
    ...sealed.filter((attempt) => !isPower(attempt) && isOwn(attempt.plan.id)),
    ...campaign.first.filter(({ plan }) => isOwn(plan.world ?? plan.id)),
    ...sealed.filter((attempt) => isPower(attempt) && isOwn(attempt.plan.id)),
  ];
  // A replay, and --only-failed, have index attempts that lead nowhere.
  const isAsked = ({ role, leadsTo }: PlannedAttempt): boolean =>
    leadsTo !== undefined || ((role === "index" || role === "restarted") && strikes.length > 0);
  const lead = async (
    index: PlannedAttempt,
    recording: Recording | undefined,
    store: Pick<ReportStore, "extend">,
  ): Promise<readonly PlannedAttempt[]> => {
    const next =
      index.leadsTo === undefined ? campaign.next(index, recording) : followers(index, recording, evidenceOf);
    const found = next.map(asProvided);
    if (found.length > 0) await store.extend(index.plan.id, found.map(plannedInput));
    return found;
  };
  return {
    attempts,
    async keep(result, attempt, store) {
      const entry = await store.append(result);
      if (!isAsked(attempt) || isMissing(entry)) return [];
      return lead(attempt, isShown(entry) ? result.recording : undefined, store);
    },
    async remaining(judged, store) {
      const left: PlannedAttempt[] = [];
      const known = [...attempts];
      for (const attempt of known) {
        const entry = judged.get(attempt.plan.id);
        if (entry === undefined) left.push(attempt);
        else if (isAsked(attempt)) {
          const recording = isShown(entry) ? await readRecording(evidenceOf(attempt.plan.id)) : undefined;
          known.push(...(await lead(attempt, recording, store)));
        }
      }
      return left;
    },
  };
}
