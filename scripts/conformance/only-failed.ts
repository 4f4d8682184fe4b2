import { join, resolve } from "node:path";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import type { Scenario } from "../../harness/model/scenario.ts";
import { type EnginePick, engineLabel } from "../../harness/run/pick-engines.ts";
import type { DraftAttempt } from "../../harness/run/select.ts";
import { evidencePath } from "../../report/attempt-entry.ts";
import type { PlannedEntry } from "../../report/manifest-schema.ts";
import { type EarlierRun, readEarlierRun, readPlan } from "../../report/read-run.ts";
import { isShown, referenceAttempt, restartedAttempt } from "../../report/reference-attempt.ts";

interface Known {
  readonly drafts: readonly DraftAttempt[];
  readonly picks: readonly EnginePick[];
  readonly scenarios: readonly Scenario[];
}

const badRun = (what: string, fix: string): HarnessError =>
  new HarnessError("args/bad-run", `${what}\nFix: ${fix}`);

/** Those that did not pass, or were never reached. What only shows power, or is unsupported, has nothing to pass. */
function failedOf({ manifest, judged }: EarlierRun): readonly PlannedEntry[] {
  return manifest.attempts.filter(({ id, level, unsupported }) => {
    const kind = judged.get(id)?.verdict.kind;
    return level !== "power" && unsupported === undefined && kind !== "pass" && kind !== "unsupported";
  });
}

/** An attempt that the command line alone does not lead to: its plan is taken as it lies there. */
async function draftFromPlan(
  { directory, judged }: EarlierRun,
  entry: PlannedEntry,
  known: Known,
): Promise<DraftAttempt> {
  const { id, level, role } = entry;
  const plan = await readPlan(join(directory, evidencePath(id), "plan.json"));
  if (plan === undefined)
    throw badRun(
      `${id} of ${directory} was never begun.`,
      `--resume ${directory} goes on with that run first.`,
    );
  const pick = known.picks.find(({ selection }) => engineLabel(selection) === engineLabel(plan.engine));
  const scenario = known.scenarios.find(({ name }) => name === plan.scenario);
  if (pick === undefined || scenario === undefined)
    throw badRun(
      `${id} of ${directory} is about what that run is not about.`,
      "give an unchanged directory.",
    );
  const { engineDigest: _, ...draft } = plan;
  const at = (id: string): string => join(resolve(directory), evidencePath(id));
  const [reference, restarted] = [referenceAttempt(plan), restartedAttempt(plan)];
  const second = judged.get(restarted ?? "");
  return {
    draft,
    level,
    scenario,
    pick,
    ...(role === undefined ? {} : { role }),
    ...(reference === undefined ? {} : { reference: at(reference) }),
    ...(restarted !== undefined && second !== undefined && isShown(second)
      ? { restarted: at(restarted) }
      : {}),
  };
}

/**
 * The attempts of an earlier run that did not pass, with the same plans, so that they see the same names,
 * addresses and faults.
 *
 * @param directory - of that run
 * @param known - what its command line leads to
 */
export async function selectFailed(
  directory: string,
  known: Known,
): Promise<{ readonly attempts: readonly DraftAttempt[]; readonly problems: readonly HarnessError[] }> {
  try {
    const run = await readEarlierRun(directory);
    const failed = failedOf(run);
    if (failed.length === 0)
      throw new HarnessError(
        "args/nothing-to-run",
        `every attempt of ${directory} passed.\nFix: leave --only-failed out.`,
      );
    const attempts = await Promise.all(
      failed.map(
        async (entry) =>
          known.drafts.find(({ draft }) => draft.id === entry.id) ?? draftFromPlan(run, entry, known),
      ),
    );
    return { attempts, problems: [] };
  } catch (thrown) {
    return { attempts: [], problems: [toHarnessError(thrown)] };
  }
}
