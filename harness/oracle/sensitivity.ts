import type { Recording } from "../model/recording.ts";
import { families, type Family, itemKey } from "../model/state.ts";
import type { Finding, OracleName } from "../model/verdict.ts";
import { oracles as all } from "./all.ts";
import { engineItems } from "./engine-items.ts";
import type { Oracle } from "./oracle.ts";
import { duplicatePlants, residuePlants, retiredPlants, unknownPlants } from "./plant/engine-plants.ts";
import { foreignPlants } from "./plant/foreign-plants.ts";
import { intentPlants } from "./plant/intent-plants.ts";
import type { Plant } from "./plant/plant.ts";
import { thinned } from "./plant/scene.ts";
import { convergencePlants, exitPlants } from "./plant/state-plants.ts";
import { judgedSnapshots, nodeNames } from "./timeline.ts";

/** How much of what was planted into one family an oracle has seen. */
export interface Sensitivity {
  readonly family: Family;
  readonly oracle: OracleName;
  readonly planted: number;
  readonly caught: number;
  /** What it has not seen: a sentence each. */
  readonly missed: readonly string[];
}

/** Families in which the engine had items at a look that was judged, in the order of `families`. */
export function familiesWritten(recording: Recording): readonly Family[] {
  const views = nodeNames(recording).flatMap((node) => judgedSnapshots(recording, node));
  const written = new Set(views.flatMap((view) => engineItems(recording, view).map(({ family }) => family)));
  return families.filter((family) => written.has(family));
}

function allPlants(recording: Recording): readonly Plant[] {
  const plantings = [
    retiredPlants,
    unknownPlants,
    intentPlants,
    residuePlants,
    convergencePlants,
    duplicatePlants,
    foreignPlants,
    exitPlants,
  ];
  return plantings.flatMap((plantsOf) => plantsOf(recording));
}

function keyOf({ why, node, step, item }: Finding): string {
  return JSON.stringify([node, step, why, item === undefined ? "" : itemKey(item)]);
}

/** Asks an oracle about recordings, once about each. */
function createWitness(oracle: Oracle | undefined): (plant: Plant) => boolean {
  const known = new Map<Recording, ReadonlySet<string>>();
  return ({ before, after, node, step, isCompared }) => {
    if (oracle === undefined) return false;
    const reference = isCompared ? before : undefined;
    const found = oracle
      .judge(after, reference)
      .filter((finding) => finding.node === node && finding.step === step);
    if (found.length === 0) return false;
    // It says something at that look: whether it says it without the plant too is asked only then.
    const told = known.get(before) ?? new Set(oracle.judge(before, reference).map(keyOf));
    known.set(before, told);
    return found.some((finding) => !told.has(keyOf(finding)));
  };
}

/**
 * Whether the oracles would have seen something wrong in what this engine writes: into looks of the attempt that was
 * recorded, changes are planted that are bad for certain, one of a kind a family, and the oracle that is to see
 * it judges again. Pure, and of the recording alone: nothing is run for it.
 *
 * - made of the engine's own items, as they were dumped and parsed: a family whose parser does not decode
 *   addresses is one where plants are missed
 * - for families of the engine, and for all that decoys stand in
 *
 * @param oracles - all of them where it is absent; one that is switched off catches nothing
 * @returns a row a family and oracle for which there was something to plant; empty for a recording that was cut short
 */
export function sensitivityOf(
  recording: Recording,
  oracles: readonly Oracle[] = all,
): readonly Sensitivity[] {
  if (recording.events.at(-1)?.kind !== "end") return [];
  const witnesses = new Map(
    all.map(({ name }) => [name, createWitness(oracles.find((oracle) => oracle.name === name))]),
  );
  const tried = allPlants(thinned(recording)).map((plant) => ({
    plant,
    caught: witnesses.get(plant.oracle)?.(plant) === true,
  }));
  const groups = Map.groupBy(tried, ({ plant: { family, oracle } }) => `${family} ${oracle}`);
  return families.flatMap((family) =>
    all.flatMap(({ name }) => {
      const own = groups.get(`${family} ${name}`);
      if (own === undefined) return [];
      const missed = own.filter(({ caught }) => !caught).map(({ plant }) => plant.what);
      return [{ family, oracle: name, planted: own.length, caught: own.length - missed.length, missed }];
    }),
  );
}
