import type { Recording } from "../../model/recording.ts";
import { itemKey, type StateItem } from "../../model/state.ts";
import { engineItems } from "../engine-items.ts";
import { isKept } from "../residue.ts";
import { beginOf, nodeNames, snapshotsOf, type SnapshotView } from "../timeline.ts";
import { addressesInText } from "./address-in-text.ts";
import { goneBy, judgedLooks, retiredAddresses } from "./looks.ts";
import { firstOfEachFamily, type Plant, plantIn } from "./plant.ts";

interface Candidate {
  readonly item: StateItem;
  readonly view: SnapshotView;
}

function namesNone(item: StateItem, retired: ReadonlySet<string>): boolean {
  return !addressesInText(item).some((address) => retired.has(address));
}

function* neededItems(recording: Recording): Generator<Candidate> {
  const keeps = beginOf(recording)?.engineProfile.keeps ?? [];
  for (const view of judgedLooks(recording).flat()) {
    const retired = retiredAddresses(recording, view);
    for (const item of engineItems(recording, view))
      if (!isKept(keeps, item) && namesNone(item, retired)) yield { item, view };
  }
}

function* formerItems(recording: Recording): Generator<Candidate> {
  const keeps = beginOf(recording)?.engineProfile.keeps ?? [];
  for (const looks of judgedLooks(recording))
    for (const view of looks)
      for (const item of goneBy(recording, looks, view)) if (!isKept(keeps, item)) yield { item, view };
}

/** Each time the item is there, it goes. */
function withoutItem(items: readonly StateItem[], item: StateItem): readonly StateItem[] {
  return items.filter((held) => itemKey(held) !== itemKey(item));
}

/** The state is another than that of the same step of an attempt that went as it should: this one, without the plant. */
export function convergencePlants(recording: Recording): readonly Plant[] {
  const { settings } = recording.plan;
  // Nodes that share the work are compared together, and a plant is on one of them.
  if (settings.leaderElection === true && nodeNames(recording).length > 1) return [];
  return [
    ...firstOfEachFamily(neededItems(recording)).map(({ item, view }) =>
      plantIn(recording, {
        oracle: "convergence",
        act: "is lost",
        item,
        view,
        items: withoutItem(view.items, item),
      }),
    ),
    ...firstOfEachFamily(formerItems(recording)).map(({ item, view }) =>
      plantIn(recording, {
        oracle: "convergence",
        act: "is stale",
        item,
        view,
        items: [...view.items, item],
      }),
    ),
  ];
}

/** The last look before each SIGTERM to the version under test, and the first after the exit. */
function exitsIn(recording: Recording): readonly { before: SnapshotView; after: SnapshotView }[] {
  return recording.events.flatMap((event, index) => {
    if (event.kind !== "engine" || event.state !== "terminating") return [];
    const lives = recording.events.map((one, at) => ({ one, at }));
    const isStart = ({ one }: (typeof lives)[number]): boolean =>
      one.kind === "engine" && one.node === event.node && one.state === "spawned";
    const life = lives.findLast((each) => each.at < index && isStart(each))?.one;
    if (life?.kind === "engine" && life.earlierVersion !== undefined) return [];
    const next = lives.find((each) => each.at > index && isStart(each))?.at ?? recording.events.length;
    const views = snapshotsOf(recording, event.node);
    const before = views.findLast((view) => view.index < index);
    const after = views.find((view) => view.index > index && view.index < next && view.moment === "exited");
    return before === undefined || after === undefined ? [] : [{ before, after }];
  });
}

function* exitItems(recording: Recording): Generator<Candidate & { readonly beside: SnapshotView }> {
  const profile = beginOf(recording)?.engineProfile;
  if (profile === undefined) return;
  const { exit, keeps } = profile;
  for (const { before, after } of exitsIn(recording)) {
    const here = new Set(after.items.map(itemKey));
    const retired = retiredAddresses(recording, after);
    for (const item of engineItems(recording, before)) {
      const isThere = here.has(itemKey(item));
      const isDue =
        exit.policy === "cleans"
          ? !isThere && !isKept([...exit.except, ...keeps], item)
          : isThere && namesNone(item, retired);
      if (isDue) yield { item, view: after, beside: before };
    }
  }
}

/** The engine does not leave what it declares to leave when it is asked to end. */
export function exitPlants(recording: Recording): readonly Plant[] {
  const isCleaning = beginOf(recording)?.engineProfile.exit.policy === "cleans";
  return firstOfEachFamily(exitItems(recording)).map(({ item, view, beside }) =>
    plantIn(recording, {
      oracle: "exit-policy",
      act: isCleaning ? "stays after SIGTERM" : "is gone after SIGTERM",
      item,
      view,
      items: isCleaning ? [...view.items, item] : withoutItem(view.items, item),
      beside,
    }),
  );
}
