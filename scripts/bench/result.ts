import { type ExitCode, exitCodes } from "../../harness/errors/problems.ts";
import type { MachineDescription } from "../../harness/run/environment.ts";
import type { JudgedMeasure, Unit } from "./measure.ts";

/** One figure as it came out. `load` is the machine's one-minute load average before and after. */
export interface FigureResult {
  readonly name: string;
  readonly title: string;
  readonly load: { readonly before: number; readonly after: number };
  /** Empty where it could not be measured. */
  readonly measures: readonly JudgedMeasure[];
  readonly problem?: string;
}

/** What the file holds. */
export interface BenchResult {
  readonly version: 1;
  readonly startedAt: string;
  readonly machine: MachineDescription;
  readonly isInterrupted: boolean;
  readonly figures: readonly FigureResult[];
}

export function exitCodeOf({ figures, isInterrupted }: BenchResult): ExitCode {
  if (isInterrupted) return exitCodes.interrupted;
  const measures = figures.flatMap((figure) => figure.measures);
  if (measures.some(({ isKept }) => isKept === false)) return exitCodes.notConformant;
  return figures.some(({ problem }) => problem !== undefined) ? exitCodes.couldNotTell : exitCodes.conformant;
}

function renderNumber(value: number, unit: Unit): string {
  if (unit === "ms") return value.toFixed(0);
  return value.toFixed(unit === "ratio" ? 2 : 1);
}

function renderRow({ label, unit, spread, goal, isKept }: JudgedMeasure): readonly string[] {
  const number = (value: number): string => renderNumber(value, unit);
  return [
    `  ${label}`,
    `${number(spread.median)} ${unit}`,
    spread.count === 1 ? "" : `${number(spread.least)} to ${number(spread.most)}`,
    `${spread.count}`,
    goal === undefined
      ? ""
      : "atMost" in goal
        ? `${goal.judged} <= ${number(goal.atMost)}`
        : `${goal.judged} >= ${number(goal.atLeast)}`,
    isKept === undefined ? "" : isKept ? "ok" : "MISSED",
  ];
}

/** Above this share of the processors, something else was at work. */
const busyShare = 0.5;

/** The table for a terminal. */
export function renderResult({ figures, machine, isInterrupted }: BenchResult): string {
  const rows: (readonly string[])[] = [["FIGURE", "MEDIAN", "FROM, TO", "N", "GOAL", ""]];
  for (const { title, load, measures, problem } of figures) {
    rows.push([`${title} (load ${load.before.toFixed(1)} before)`]);
    rows.push(...measures.map(renderRow));
    if (problem !== undefined) rows.push([`  not measured: ${problem.split("\n")[0] ?? ""}`]);
  }
  // A line of one cell alone makes no column wider.
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...rows.filter(({ length }) => length > 1).map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const isBusy = (figures[0]?.load.before ?? 0) > machine.cpus * busyShare;
  return [
    ...lines,
    `${machine.cpus} processors, Linux ${machine.kernel}, ${machine.os}`,
    ...(isBusy
      ? ["The machine was busy before the first figure: ratios are worth something, times are not."]
      : []),
    ...(isInterrupted ? ["Interrupted: the rest was not measured."] : []),
    "",
  ].join("\n");
}
