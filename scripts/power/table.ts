import type { FindingTally, WayTally } from "./tally.ts";
import { ways } from "./ways.ts";

/** What a run of `power` came to. */
export interface PowerResult {
  readonly version: 1;
  readonly startedAt: string;
  readonly engine: string;
  readonly seed: number;
  readonly clusters: number;
  /** Of all ways together, as asked for, in ms. */
  readonly timeMs: number;
  readonly isInterrupted: boolean;
  /** Scenarios that were run without a kill, with the keys of what was found then. */
  readonly faultFree: readonly { readonly scenario: string; readonly keys: readonly string[] }[];
  /** Scenarios that could not be run without a kill, or whose writes were not seen. */
  readonly leftOut: readonly { readonly scenario: string; readonly why: string }[];
  /** How many places there are to strike; null where there is always one more. */
  readonly places: Readonly<Record<string, number | null>>;
  readonly ways: readonly WayTally[];
  readonly findings: readonly FindingTally[];
}

function minutesOf(ms: number): string {
  return (ms / 60_000).toFixed(1);
}

/** Columns as wide as their widest cell; the first to the left, numbers to the right. */
function alignRows(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function renderFinding({ text, by, first }: FindingTally, number: number): string {
  const who = ways.flatMap((way) => (by[way] === undefined ? [] : [`${way} (${by[way]})`])).join(", ");
  return `${number}. ${text}\n   by ${who}; first in ${first}`;
}

/** The table and the findings, for a terminal. Pure. */
export function renderPower(result: PowerResult): string {
  const { places, leftOut, faultFree } = result;
  const head = ["WAY", "PLACES", "ATTEMPTS", "FIRED", "DISTINCT", "FIRST AT", "PER MIN", "MINUTES"];
  const rows = result.ways.map(({ way, attempts, fired, distinct, firstAt, ms }) => [
    way,
    typeof places[way] === "number" ? String(places[way]) : "any",
    String(attempts),
    String(fired),
    String(distinct),
    firstAt === undefined ? "never" : String(firstAt),
    ms > 0 ? ((attempts * 60_000) / ms).toFixed(1) : "",
    minutesOf(ms),
  ]);
  const taken = faultFree.reduce((sum, { keys }) => sum + keys.length, 0);
  return [
    `${result.engine}, seed ${result.seed}, ${minutesOf(result.timeMs)} min in all, ${result.clusters} clusters, ${faultFree.length} scenarios`,
    ...alignRows([head, ...rows]),
    `Taken away: ${taken} findings of attempts without a kill.`,
    ...leftOut.map(({ scenario, why }) => `Left out: ${scenario}: ${why}`),
    ...(result.findings.length === 0
      ? ["Nothing was found."]
      : ["", "Distinct findings, and who found them:"]),
    ...result.findings.map((finding, index) => renderFinding(finding, index + 1)),
    ...(result.isInterrupted ? ["Interrupted: this is what there was by then."] : []),
    "",
  ].join("\n");
}
