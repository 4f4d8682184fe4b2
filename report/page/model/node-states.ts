import type { AttemptData, PageState } from "./page-data.ts";
import { applyEdits, type DiffLine, diffSequences } from "./sequence.ts";

/** After so many looks a whole state is kept, so that going anywhere takes few steps. */
const keptEvery = 64;

/** What a node held at each look: made from differences, when it is asked for. */
export class NodeStates {
  readonly states: readonly PageState[];
  readonly #kept = new Map<number, readonly number[]>();
  #last: { readonly index: number; readonly items: readonly number[] } | undefined;

  constructor(states: readonly PageState[]) {
    this.states = states;
  }

  /** Index of the last look that is not later than `atMs`; -1 before the first. */
  indexAt(atMs: number): number {
    let low = 0;
    let high = this.states.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.states[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The items that the node held at that look, in order; none before the first. */
  items(index: number): readonly number[] {
    if (index < 0) return [];
    if (this.#last?.index === index) return this.#last.items;
    const isNear =
      this.#last !== undefined && this.#last.index < index && index - this.#last.index < keptEvery;
    const start = isNear ? undefined : Math.floor(index / keptEvery) * keptEvery;
    let at = this.#last?.index ?? -1;
    let items = this.#last?.items ?? [];
    if (start !== undefined) [at, items] = this.#fromKept(start);
    for (at += 1; at <= index; at += 1) {
      items = applyEdits(items, this.states[at]?.edits ?? []);
      if (at % keptEvery === 0) this.#kept.set(at, items);
    }
    this.#last = { index, items };
    return items;
  }

  #fromKept(start: number): readonly [at: number, items: readonly number[]] {
    let from = start;
    while (from >= 0 && !this.#kept.has(from)) from -= keptEvery;
    return from < 0 ? [-1, []] : [from, this.#kept.get(from) ?? []];
  }
}

/** A table as it is chosen: what its own tool would list in one go. */
export const tableOf = (data: AttemptData, item: number): string => {
  const place = data.places[data.items[item]?.[0] ?? -1];
  return place === undefined ? "" : `${place[0]} ${place[1]}`.trim();
};

export interface TableFigures {
  readonly table: string;
  readonly count: number;
  readonly added: number;
  readonly removed: number;
}

/** The node's tables with what came and went in each, from one state to another. Pure. */
export function tableFigures(
  data: AttemptData,
  from: readonly number[],
  to: readonly number[],
): readonly TableFigures[] {
  const figures = new Map<string, { count: number; added: number; removed: number }>();
  const of = (item: number) => {
    const table = tableOf(data, item);
    const known = figures.get(table) ?? { count: 0, added: 0, removed: 0 };
    figures.set(table, known);
    return known;
  };
  const balance = new Map<number, number>();
  for (const item of to) {
    of(item).count += 1;
    balance.set(item, (balance.get(item) ?? 0) + 1);
  }
  for (const item of from) balance.set(item, (balance.get(item) ?? 0) - 1);
  for (const [item, count] of balance) {
    if (count > 0) of(item).added += count;
    if (count < 0) of(item).removed -= count;
  }
  return [...figures].map(([table, known]) => ({ table, ...known }));
}

/** One table's lines from one state to another. Pure. */
export function tableLines(
  data: AttemptData,
  table: string,
  from: readonly number[],
  to: readonly number[],
): readonly DiffLine[] {
  const isHere = (item: number): boolean => tableOf(data, item) === table;
  return diffSequences(from.filter(isHere), to.filter(isHere));
}

/** The tables in which anything but what the harness planted came or went, over all looks of a node; the first look makes none of them. Pure. */
export function changingTables(data: AttemptData, states: readonly PageState[]): ReadonlySet<string> {
  const all = new NodeStates(states);
  const changing = new Set<string>();
  const planted = new Set(data.planted);
  for (const [index, { edits }] of states.entries()) {
    if (index === 0) continue;
    const before = all.items(index - 1);
    let shift = 0;
    for (const [at, remove, ...insert] of edits) {
      for (const item of [...before.slice(at - shift, at - shift + remove), ...insert])
        if (!planted.has(item)) changing.add(tableOf(data, item));
      shift += insert.length - remove;
    }
  }
  return changing;
}
