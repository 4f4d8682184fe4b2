import { type Finding, findingKey, type Verdict } from "../../harness/model/verdict.ts";
import { renderItem } from "../../harness/model/state.ts";
import { type Way, ways } from "./ways.ts";

/** Something that was found, by its key, with a sentence for people. */
export interface Found {
  readonly key: string;
  readonly text: string;
}

/** One attempt that ended. */
export interface Tried {
  readonly way: Way;
  readonly id: string;
  readonly scenario: string;
  readonly verdict: Verdict["kind"];
  /** Whether the kill came about, where it was to. */
  readonly fired: boolean;
  readonly durationMs: number;
  /** Wall time of its way when it ended, in ms: what its attempts took, divided by the clusters. */
  readonly wayMs: number;
  /** Without what attempts without a kill found. */
  readonly found: readonly Found[];
}

/** How far a way had come after an attempt. */
export interface CurvePoint {
  readonly attempts: number;
  readonly ms: number;
  readonly distinct: number;
}

export interface WayTally {
  readonly way: Way;
  readonly attempts: number;
  readonly fired: number;
  readonly distinct: number;
  /** The how many-th attempt found something first, from 1. */
  readonly firstAt?: number;
  /** Wall time of this way, in ms. */
  readonly ms: number;
  readonly curve: readonly CurvePoint[];
}

export interface FindingTally extends Found {
  /** The way -> in how many of its attempts. */
  readonly by: Readonly<Partial<Record<Way, number>>>;
  /** Id of the first attempt. */
  readonly first: string;
}

/** What a verdict says is wrong; figures are no findings, and what the harness could not tell is none. Pure. */
export function foundIn(scenario: string, verdict: Verdict): readonly Found[] {
  if (verdict.kind !== "fail" && verdict.kind !== "pass") return [];
  const told = (verdict.findings ?? []).filter(({ level }) => level !== "observed");
  const textOf = ({ oracle, step, why, item }: Finding): string =>
    `${scenario}, step "${step}", ${oracle}: ${why}${item === undefined ? "" : ` ${renderItem(item)}`}`;
  return [
    ...new Map(
      told.map((finding) => [
        findingKey(scenario, finding),
        { key: findingKey(scenario, finding), text: textOf(finding) },
      ]),
    ).values(),
  ];
}

/** What one way came to. Pure. */
export function tallyWay(way: Way, tried: readonly Tried[]): WayTally {
  const own = tried.filter((each) => each.way === way);
  const known = new Set<string>();
  const curve = own.map(({ found, wayMs }, index) => {
    for (const { key } of found) known.add(key);
    return { attempts: index + 1, ms: wayMs, distinct: known.size };
  });
  const first = curve.find(({ distinct }) => distinct > 0);
  return {
    way,
    attempts: own.length,
    fired: own.filter(({ fired }) => fired).length,
    distinct: known.size,
    ...(first === undefined ? {} : { firstAt: first.attempts }),
    ms: own.at(-1)?.wayMs ?? 0,
    curve,
  };
}

/** Every distinct finding, with who came upon it; those that most ways found come first. Pure. */
export function tallyFindings(tried: readonly Tried[]): readonly FindingTally[] {
  const all = new Map<string, Found & { by: Partial<Record<Way, number>>; first: string }>();
  for (const { way, id, found } of tried) {
    for (const { key, text } of found) {
      const entry = all.get(key) ?? { key, text, by: {}, first: id };
      entry.by[way] = (entry.by[way] ?? 0) + 1;
      all.set(key, entry);
    }
  }
  const count = ({ by }: FindingTally): number => ways.filter((way) => by[way] !== undefined).length;
  return [...all.values()].toSorted((a, b) => count(b) - count(a) || (a.key < b.key ? -1 : 1));
}
