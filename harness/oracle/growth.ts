import { placedOf, type Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { engineItems } from "./engine-items.ts";
import { itemFinding } from "./item-finding.ts";
import { identitiesAt, ledgerOf } from "./ledger.ts";
import { countKeys, subtractItems } from "./multiset.ts";
import type { Oracle } from "./oracle.ts";
import { isAnswerable, judgedSnapshots, nodeNames, type SnapshotView } from "./timeline.ts";

/** One look after a restart. */
interface Look {
  readonly view: SnapshotView;
  /** Starts of the engine on the node until then. */
  readonly starts: number;
  readonly items: readonly StateItem[];
}

function startsBefore(recording: Recording, { node, index }: SnapshotView): number {
  return placedOf(recording, "engine").filter(
    ({ event, index: at }) => at < index && event.node === node && event.state === "spawned",
  ).length;
}

/** Looks at which the engine had been restarted, by what our objects were then: how many named how much. */
function looksOf(recording: Recording, node: string): readonly (readonly Look[])[] {
  const ledger = ledgerOf(recording);
  const looks = judgedSnapshots(recording, node)
    .filter((view) => isAnswerable(recording, node, view.index))
    .map((view) => ({ view, starts: startsBefore(recording, view), items: engineItems(recording, view) }))
    .filter(({ starts }) => starts > 1);
  const situation = ({ view }: Look): string =>
    [...Map.groupBy(identitiesAt(ledger, view.index), ({ kind }) => kind)]
      .map(([kind, all]) => `${kind} ${all.length}`)
      .toSorted()
      .join();
  return [...Map.groupBy(looks, situation).values()];
}

const placeOf = (item: StateItem): string => `${item.family}|${item.table ?? ""}|${item.kind}`;

/** An item without what varies between objects and starts. */
function shapeOf(item: StateItem): string {
  const text = item.text
    .replace(/lp-[a-z0-9-]+/g, "NAME")
    .replace(/(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:\/\d+)?|\d+\.\d+\.\d+\.\d+(?:\/\d+)?/g, "ADDRESS")
    .replace(/\d+/g, "N");
  return `${placeOf(item)}|${text}`;
}

/** How often a place must have grown: once is structure that comes late, and stays as it is then. */
const leastGrowths = 2;

function growthsOf(counts: readonly number[]): number {
  let most = counts[0] ?? 0;
  let growths = 0;
  for (const count of counts) {
    if (count > most) growths += 1;
    most = Math.max(most, count);
  }
  return growths;
}

function judgeLooks(recording: Recording, looks: readonly Look[]): readonly Finding[] {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const counts = looks.map(({ items }) => countKeys(items, placeOf));
  return [...(counts.at(-1)?.keys() ?? [])].flatMap((place) => {
    const numbers = counts.map((own) => own.get(place) ?? 0);
    const [before = 0, now = 0] = [numbers[0], numbers.at(-1)];
    if (now <= before || growthsOf(numbers) < leastGrowths) return [];
    const grown = subtractItems(last.items, first.items, shapeOf).filter((item) => placeOf(item) === place);
    const item = grown.at(-1);
    if (item === undefined) return [];
    const restarts = `after ${last.starts - 1} restarts`;
    const why = `one of ${now} of its kind ${restarts}; after ${first.starts - 1} it was ${before}, with as many objects: it grows with every start`;
    return [itemFinding(recording, last.view, { oracle: "growth", item, why })];
  });
}

/** A start that leaves a little more each time is seen by no look at one of them. */
export const growth: Oracle = {
  name: "growth",
  demands: "However often the engine is started again, as many objects make as many items.",
  judge(recording) {
    return nodeNames(recording).flatMap((node) =>
      looksOf(recording, node).flatMap((looks) => judgeLooks(recording, looks)),
    );
  },
};
