import type { EventOf, Recording } from "../../model/recording.ts";
import { type Family, renderItem, type StateItem } from "../../model/state.ts";
import type { OracleName } from "../../model/verdict.ts";
import type { SnapshotView } from "../timeline.ts";
import { sceneOf } from "./scene.ts";

/** A change to a recording that is known to be bad, and the oracle that is to say so. */
export interface Plant {
  readonly oracle: OracleName;
  readonly family: Family;
  /** What was done to which item, for people. */
  readonly what: string;
  readonly node: string;
  readonly step: string;
  /** The same looks without it, and with it. */
  readonly before: Recording;
  readonly after: Recording;
  /** For oracles that compare two recordings: what is to be seen is the difference to `before`. */
  readonly isCompared: boolean;
}

interface PlantInput {
  readonly oracle: OracleName;
  /** What was done to the item. */
  readonly act: string;
  readonly item: StateItem;
  /** The look that shows it. */
  readonly view: SnapshotView;
  readonly items: readonly StateItem[];
  /** A further look that the oracle needs. */
  readonly beside?: SnapshotView;
  readonly expectation?: EventOf<"expectation">;
}

/** The looks without a plant: many plants are made at the same ones, and an oracle is asked about them once. */
const bare = new WeakMap<Recording, Map<string, Recording>>();

function bareScene(
  recording: Recording,
  scene: { readonly views: readonly SnapshotView[]; readonly expectation?: EventOf<"expectation"> },
): Recording {
  const at = scene.expectation === undefined ? -1 : recording.events.indexOf(scene.expectation);
  const key = [...scene.views.map(({ index }) => index), at].join();
  const known = bare.get(recording) ?? new Map<string, Recording>();
  const found = known.get(key) ?? sceneOf(recording, scene);
  bare.set(recording, known.set(key, found));
  return found;
}

/** Plants one thing at one look. */
export function plantIn(recording: Recording, input: PlantInput): Plant {
  const { oracle, act, item, view, items, beside, expectation } = input;
  const views = beside === undefined ? [view] : [beside, view];
  const scene = { views, ...(expectation === undefined ? {} : { expectation }) };
  return {
    oracle,
    family: item.family,
    what: `${act}: ${renderItem(item)}`,
    node: view.node,
    step: view.step,
    before: bareScene(recording, scene),
    after: sceneOf(recording, { ...scene, change: { view, items } }),
    isCompared: oracle === "convergence",
  };
}

/** The first of each family: one plant of a kind a family is enough to tell whether an oracle sees there. */
export function firstOfEachFamily<T extends { readonly item: StateItem }>(all: Iterable<T>): readonly T[] {
  const first = new Map<Family, T>();
  for (const one of all) if (!first.has(one.item.family)) first.set(one.item.family, one);
  return [...first.values()];
}
