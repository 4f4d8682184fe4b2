import type { Finding, OracleName } from "../model/verdict.ts";

/** What the suite said of an engine with one thing broken. */
export interface MutantTrial {
  readonly mutant: string;
  /** The oracle that is meant for it. */
  readonly oracle: OracleName;
  /** Of all attempts that were made of it. */
  readonly findings: readonly Finding[];
}

/** Whether a mutant was seen, and by whom. */
export interface Detection {
  readonly mutant: string;
  readonly meantFor: OracleName;
  /** By the oracle that is meant for it. */
  readonly isCaught: boolean;
  /** Oracles that have something against it, each once. */
  readonly by: readonly OracleName[];
}

/** What would be missed without one oracle. */
export interface AblationRow {
  readonly without: OracleName;
  /** Mutants that nothing else sees. */
  readonly unseen: readonly string[];
  /** Mutants that are still seen, by other oracles than the one that is meant for them. */
  readonly seenByOthers: readonly string[];
}

/**
 * Oracles whose findings count against the mutant: core ones make an attempt red; those of the oracle that
 * is meant for the mutant count at any level, since some oracles only tell.
 */
function witnesses({ oracle, findings }: MutantTrial): readonly OracleName[] {
  const counting = findings.filter((finding) => finding.level === "core" || finding.oracle === oracle);
  return [...new Set(counting.map((finding) => finding.oracle))];
}

/** For each mutant who saw it. */
export function detectionsOf(trials: readonly MutantTrial[]): readonly Detection[] {
  return trials.map((trial) => {
    const by = witnesses(trial);
    return { mutant: trial.mutant, meantFor: trial.oracle, isCaught: by.includes(trial.oracle), by };
  });
}

/**
 * The ablation table: each oracle switched off in turn. A mutant that nobody saw with all oracles on is in
 * no row: it is missed, not missed without something.
 */
export function ablationOf(
  trials: readonly MutantTrial[],
  oracles: readonly OracleName[],
): readonly AblationRow[] {
  const detections = detectionsOf(trials);
  return oracles.map((without) => {
    const touched = detections.filter(({ by }) => by.includes(without));
    const isUnseen = ({ by }: Detection): boolean => by.every((oracle) => oracle === without);
    const rest = touched.filter((detection) => !isUnseen(detection) && detection.meantFor === without);
    return {
      without,
      unseen: touched.filter(isUnseen).map(({ mutant }) => mutant),
      seenByOthers: rest.map(({ mutant }) => mutant),
    };
  });
}
