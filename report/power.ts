import { oracles } from "../harness/oracle/all.ts";
import { ablationOf, detectionsOf, type MutantTrial } from "../harness/oracle/power.ts";
import { findingsOf } from "./baseline.ts";
import type { ManifestEngine } from "./manifest-schema.ts";
import type { ConformanceReport, ReportedAttempt } from "./schema.ts";

/** Whether an attempt is of the engine that is known to be sound, without a fault. */
function isSound(engines: readonly ManifestEngine[], attempt: ReportedAttempt): boolean {
  const { level, mutant, role, engine: label, verdict } = attempt;
  if (verdict.kind === "unsupported" || verdict.kind === "not-exercised") return false;
  if (level === "power") return mutant === undefined;
  const engine = engines.find((known) => known.label === label);
  return role === undefined && engine?.name === "reference" && !Object.hasOwn(engine.options, "mutant");
}

/** All attempts that were made of one mutant, without those that only stand for comparison. */
interface Tried {
  readonly mutant: NonNullable<ReportedAttempt["mutant"]>;
  readonly scenario: string;
  readonly attempts: readonly ReportedAttempt[];
}

function triedOf(attempts: readonly ReportedAttempt[]): readonly Tried[] {
  const groups = Map.groupBy(attempts, ({ mutant }) => mutant?.name);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first?.mutant === undefined) return [];
    return [
      {
        mutant: first.mutant,
        scenario: first.scenario,
        attempts: own.filter(({ role }) => role !== "index"),
      },
    ];
  });
}

/** What beats what among several attempts of a mutant. */
const order = ["fail", "error", "not-exercised", "pass"] as const;

/** The verdict of the attempts together; where there is none, the mutant was not exercised. */
function verdictOf({ attempts }: Tried): (typeof order)[number] {
  return order.find((kind) => attempts.some(({ verdict }) => verdict.kind === kind)) ?? "not-exercised";
}

/**
 * What the oracles catch, from what this run has seen and nothing else: every mutant of the reference engine
 * with who had something against it, what would be missed with one oracle less, and whether all of them
 * were silent on the sound engine. Pure.
 *
 * @returns undefined where no mutant was run
 */
export function detectionPower(
  engines: readonly ManifestEngine[],
  attempts: readonly ReportedAttempt[],
): ConformanceReport["detectionPower"] | undefined {
  const tried = triedOf(attempts);
  if (tried.length === 0) return undefined;
  const trials = tried.map(
    ({ mutant: { name, oracle }, attempts: own }): MutantTrial => ({
      mutant: name,
      oracle,
      findings: own.flatMap(findingsOf),
    }),
  );
  const detections = new Map(detectionsOf(trials).map((detection) => [detection.mutant, detection]));
  const sound = attempts.filter((attempt) => isSound(engines, attempt));
  const said = sound.flatMap(findingsOf);
  const names = oracles.map(({ name }) => name);
  return {
    mutants: tried.map((each) => ({
      ...each.mutant,
      scenario: each.scenario,
      verdict: verdictOf(each),
      caught: detections.get(each.mutant.name)?.isCaught ?? false,
      by: detections.get(each.mutant.name)?.by ?? [],
    })),
    ablation: ablationOf(trials, names).map(({ without, unseen }) => ({ oracle: without, missed: unseen })),
    silent: {
      attempts: sound.length,
      findings: said.filter(({ level }) => level !== "observed").length,
      observed: said.filter(({ level }) => level === "observed").length,
    },
  };
}
