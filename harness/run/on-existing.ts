import type { FaultFamily } from "../model/fault-family.ts";
import type { CrashPointChoice } from "../model/profile.ts";
import type { Operation, Scenario } from "../model/scenario.ts";
import { isKernelFeature } from "../model/kernel-feature.ts";
import { drawFromSeed } from "./draw.ts";
import { hurriesOf } from "./fault-families.ts";
import { crashPointLimit } from "./option-values.ts";
import { sampleSteps } from "./sample-steps.ts";
import { attemptSeed, type DraftAttempt } from "./select.ts";

function operationName(operation: Operation): string {
  return operation.op === "engine" ? `${operation.action} of the engine` : operation.op;
}

/** What the scenario does that only the owner of engine and nodes could. */
function foreignOperations(scenario: Scenario): readonly string[] {
  const all = sampleSteps(scenario).flatMap(({ operations }) => operations);
  const names = all.filter(({ op }) => op !== "apply" && op !== "delete").map(operationName);
  return [...new Set(names)];
}

/** What it needs that the harness would have to set up around the engine. */
function foreignNeeds(scenario: Scenario): readonly string[] {
  const settings = Object.keys(scenario.settings);
  const kernel = (scenario.needs ?? []).filter(isKernelFeature);
  return [
    ...(settings.length > 0 ? [`an engine that is configured for it (${settings.join(", ")})`] : []),
    ...(scenario.startEngines === false ? ["an engine that is started later"] : []),
    ...(scenario.upgrades ? ["an engine that is upgraded"] : []),
    ...(scenario.beside ? ["another engine beside it"] : []),
    ...(scenario.interface === undefined ? [] : [`an interface called ${scenario.interface}`]),
    ...(scenario.foreignApiServer ? ["a virtual server of somebody else"] : []),
    ...(scenario.foreignRouteTables === undefined ? [] : ["routing tables of somebody else"]),
    ...(kernel.length > 0 ? [`a node that is known to have ${kernel.join(" and ")}`] : []),
  ];
}

/** Why a scenario cannot be run on a cluster of the user's own, where it cannot. Pure. */
function lackOnExisting(scenario: Scenario): string | undefined {
  const operations = foreignOperations(scenario);
  const needs = foreignNeeds(scenario);
  if (operations.length + needs.length === 0) return undefined;
  const parts = [
    ...(needs.length > 0 ? [`it needs ${needs.join(", ")}`] : []),
    ...(operations.length > 0 ? [`its steps do what is the owner's to do (${operations.join(", ")})`] : []),
  ];
  return `not on a cluster of your own: ${parts.join("; ")}`;
}

/** The attempt in the same steps, without a wait between two of them. */
function hurried(attempt: DraftAttempt, runSeed: number): readonly DraftAttempt[] {
  const { draft, scenario } = attempt;
  const followed = sampleSteps(scenario)
    .map(({ name }) => name)
    .slice(0, -1);
  return hurriesOf(followed).map((faults, index) => {
    const id = `${draft.id}.hurry-${String(index + 1).padStart(3, "0")}`;
    return { ...attempt, level: "extended", draft: { ...draft, id, seed: attemptSeed(runSeed, id), faults } };
  });
}

/** `count` of `items`, drawn by `seed`, in the order in which they stood. */
function sampled<T>(items: readonly T[], count: number, seed: number): readonly T[] {
  const draw = drawFromSeed(`${seed}/hurry`);
  const left = [...items.keys()];
  const kept = new Set(
    Array.from({ length: Math.min(count, items.length) }, () => left.splice(draw(left.length), 1)[0]),
  );
  return items.filter((_, index) => kept.has(index));
}

/**
 * The attempts of a run on a cluster of the user's own: those that cannot be run there say why, and those of the faults
 * that a client of the API can do come behind the others. Pure.
 *
 * @param points - how many of the latter
 */
export function planOnExisting(
  attempts: readonly DraftAttempt[],
  {
    seed,
    faults = [],
    points,
  }: {
    readonly seed: number;
    readonly faults?: readonly FaultFamily[] | undefined;
    readonly points: CrashPointChoice;
  },
): readonly DraftAttempt[] {
  const own = attempts.map((attempt) => {
    const lack = attempt.unsupported === undefined ? lackOnExisting(attempt.scenario) : undefined;
    const { leadsTo: _, ...plain } = attempt;
    return lack === undefined ? attempt : { ...plain, missing: lack };
  });
  if (!faults.includes("hurry") || points === "none") return own;
  const able = own.filter(
    ({ unsupported, missing, draft }) =>
      unsupported === undefined && missing === undefined && !/\.r\d+$/.test(draft.id),
  );
  const all = able.flatMap((attempt) => hurried(attempt, seed));
  return [...own, ...(points === "all" ? all : sampled(all, crashPointLimit(points), seed))];
}
