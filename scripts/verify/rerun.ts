import { join } from "node:path";
import { type ExitCode, exitCodes } from "../../harness/errors/problems.ts";
import { drawFromSeed } from "../../harness/run/draw.ts";
import { evidencePath } from "../../report/attempt-entry.ts";
import type { KnownReport, ReportedAttempt } from "../../report/schema.ts";
import { replaySame } from "../replay/outside.ts";
import { parseReplay } from "../replay/replay-options.ts";

/** Attempts that say something of the engine under test. */
function isJudged({ verdict, level, evidence }: ReportedAttempt): boolean {
  return level !== "power" && evidence !== undefined && (verdict.kind === "pass" || verdict.kind === "fail");
}

/** Some of the judged attempts, drawn by a seed: the same for the same report. Pure. */
export function drawSample(report: KnownReport, count: number, seed: number): readonly ReportedAttempt[] {
  const left = report.results.filter(isJudged);
  const draw = drawFromSeed(`${seed}/verify`);
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(draw(left.length), 1)).flat();
}

export interface RerunOptions {
  /** Of the run. */
  readonly directory: string;
  readonly report: KnownReport;
  readonly count: number;
  readonly seed: number;
  /** For `replay`. */
  readonly rest: readonly string[];
}

const worst: readonly ExitCode[] = [exitCodes.interrupted, exitCodes.notConformant, exitCodes.couldNotTell];

/**
 * Runs a sample of a run's plans again, one after the other, with the programs that they were run with, and
 * compares verdicts and findings.
 *
 * @returns 0 where all came out the same
 * @throws {HarnessProblems | HarnessError} where one cannot be run here: another program, no sandbox
 */
export async function rerunSample(options: RerunOptions): Promise<number> {
  const { directory, report, count, seed, rest } = options;
  const sample = drawSample(report, count, seed);
  process.stdout.write(`${sample.length} plans run again, drawn by the seed ${seed}\n`);
  const codes: number[] = [];
  for (const { id } of sample) {
    codes.push(await replaySame(parseReplay([join(directory, evidencePath(id)), ...rest])));
    if (codes.at(-1) === exitCodes.interrupted) break;
  }
  const same = codes.filter((code) => code === exitCodes.conformant).length;
  process.stdout.write(`${same} of ${sample.length} plans came out the same\n`);
  return worst.find((code) => codes.includes(code)) ?? exitCodes.conformant;
}
