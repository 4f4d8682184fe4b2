import type { PageAttempt } from "./page-data.ts";

export type Kind = PageAttempt["kind"];

/** What beats what where several attempts are told as one. */
const worstFirst: readonly Kind[] = ["fail", "error", "not-exercised", "unsupported", "pass"];

/** Attempts that are told together: those of one scenario and engine without faults, or with faults of one family. */
export interface Tally {
  /** `none`: without faults. `index`: without faults, and every write looked at. */
  readonly family: string;
  readonly worst: Kind;
  readonly counts: readonly (readonly [kind: Kind, count: number])[];
  /** Indices of the attempts. */
  readonly attempts: readonly number[];
}

export interface MatrixRow {
  readonly scenario: string;
  readonly level: PageAttempt["level"];
  /** One an engine; the first of a cell is that without faults, where there is one. */
  readonly cells: readonly (readonly Tally[])[];
}

export const familyOf = ({ family, role }: PageAttempt): string =>
  family ?? (role === "index" ? "index" : "none");

function tally(family: string, own: readonly (readonly [PageAttempt, number])[]): Tally {
  const counts = worstFirst.flatMap((kind) => {
    const count = own.filter(([attempt]) => attempt.kind === kind).length;
    return count === 0 ? [] : [[kind, count] as const];
  });
  return {
    family,
    worst: counts[0]?.[0] ?? "not-exercised",
    counts,
    attempts: own.map(([, index]) => index),
  };
}

const rank = (family: string): number => ["none", "index"].indexOf(family) >>> 0;

/** Scenario x engine, in the order of the run; mutants that show power are none of it. Pure. */
export function matrixOf(attempts: readonly PageAttempt[], engines: readonly string[]): readonly MatrixRow[] {
  const placed = attempts.map((attempt, index) => [attempt, index] as const);
  const rows = Map.groupBy(
    placed.filter(([{ level }]) => level !== "power"),
    ([{ scenario }]) => scenario,
  );
  return [...rows].map(([scenario, own]) => ({
    scenario,
    // A scenario's crash points are of level Extended; its own level is that of its attempt without faults.
    level: (own.find(([attempt]) => familyOf(attempt) === "none") ?? own[0])?.[0].level ?? "core",
    cells: engines.map((engine) => {
      const here = Map.groupBy(
        own.filter(([attempt]) => attempt.engine === engine),
        ([attempt]) => familyOf(attempt),
      );
      return [...here]
        .map(([family, all]) => tally(family, all))
        .toSorted((one, other) => rank(one.family) - rank(other.family));
    }),
  }));
}
