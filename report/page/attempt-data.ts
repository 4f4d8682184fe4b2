import { eventsOf, type Recording } from "../../harness/model/recording.ts";
import { itemKey, type StateItem } from "../../harness/model/state.ts";
import type { ReportedFinding } from "../finding-schema.ts";
import { laneEvents, probeRuns } from "./attempt-events.ts";
import { Dictionary } from "./dictionary.ts";
import type { AttemptData, PageState } from "./model/page-data.ts";
import { editsBetween } from "./model/sequence.ts";

type Place = AttemptData["places"][number];

/** Numbers for all that is told more than once. */
class Names {
  readonly texts = new Dictionary<string>((text) => text);
  readonly nodes = new Dictionary<string>((name) => name);
  readonly places = new Dictionary<Place>((place) => place.join("\n"));
  readonly #items = new Dictionary<{ readonly key: string; readonly told: readonly [number, number] }>(
    ({ key }) => key,
  );

  readonly text = (text: string): number => this.texts.add(text);
  readonly node = (name: string): number => this.nodes.add(name);

  readonly item = (item: StateItem): number => {
    const place: Place = [item.family, item.table ?? "", item.chain ?? ""];
    return this.#items.add({ key: itemKey(item), told: [this.places.add(place), this.text(item.text)] });
  };

  get items(): AttemptData["items"] {
    return this.#items.values.map(({ told }) => told);
  }
}

const moments: Readonly<Record<string, string>> = {
  baseline: "before the engine, nothing planted",
  planted: "before the engine",
  "canary-programmed": "canary programmed",
  "canary-removed": "canary removed",
  emptied: "all objects deleted",
  exited: "right after the engine's exit",
};

/** What each look at a node found, as the difference to the look before. */
function nodeStates(recording: Recording, node: string, names: Names): readonly PageState[] {
  let before: readonly number[] = [];
  let writes = 0;
  const states: PageState[] = [];
  for (const event of recording.events) {
    if (event.kind === "kernel-write" && event.node === node && event.write === "rules") writes += 1;
    if ((event.kind !== "snapshot" && event.kind !== "kernel-state") || event.node !== node) continue;
    const items = (recording.snapshots[event.digest] ?? []).map(names.item);
    const title =
      event.kind === "snapshot"
        ? `${moments[event.moment] ?? `end of step ${event.step}`}`
        : event.index === 0
          ? `before the first write, step ${event.step}`
          : `after write #${event.index}, step ${event.step}`;
    states.push({
      atMs: event.atMs,
      title: names.text(title),
      step: names.text(event.step),
      edits: editsBetween(before, items),
      writes,
    });
    before = items;
    writes = 0;
  }
  return states;
}

/** When the step began in which something was judged: until then it may have been right. */
function wrongFrom(recording: Recording, step: string): { readonly fromMs: number } {
  const begin = eventsOf(recording, "step").find((event) => event.step === step && event.state === "begin");
  return { fromMs: begin?.atMs ?? 0 };
}

/**
 * What the time machine of an attempt shows: texts once, states as differences. Pure.
 *
 * @param findings - of the attempt; their items are marked
 */
export function attemptData(recording: Recording, findings: readonly ReportedFinding[]): AttemptData {
  const names = new Names();
  for (const { name } of eventsOf(recording, "begin")[0]?.nodes ?? []) names.node(name);
  for (const { node } of eventsOf(recording, "snapshot")) names.node(node);
  const events = laneEvents(recording, names);
  const states = names.nodes.values.map((node) => nodeStates(recording, node, names));
  const wrong = findings.flatMap(({ item, node, why, step }) =>
    item === undefined || node === undefined
      ? []
      : [
          {
            ...wrongFrom(recording, step),
            node: names.node(node),
            item: names.item(item as StateItem),
            why: names.text(why),
            step: names.text(step),
          },
        ],
  );
  const planted = eventsOf(recording, "decoys").flatMap(({ items }) => items.map(names.item));
  return {
    version: 1,
    durationMs: recording.events.reduce((latest, { atMs }) => Math.max(latest, atMs), 0),
    texts: names.texts.values,
    places: names.places.values,
    items: names.items,
    nodes: names.nodes.values,
    events,
    probes: probeRuns(recording),
    states,
    wrong,
    planted: [...new Set(planted)],
  };
}
