import { loadavg } from "node:os";
import { obtainControlPlane } from "../../harness/cluster/control-plane.ts";
import { renderProblems } from "../../harness/errors/problems.ts";
import { describeMachine } from "../../harness/run/environment.ts";
import { type BenchContext, type Figure, judge } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import type { BenchResult, FigureResult } from "./result.ts";

async function runFigure(figure: Figure, context: BenchContext): Promise<FigureResult> {
  const { name, title } = figure;
  const before = loadavg()[0] ?? 0;
  const result = (rest: Pick<FigureResult, "measures" | "problem">): FigureResult => ({
    name,
    title,
    load: { before, after: loadavg()[0] ?? 0 },
    ...rest,
  });
  try {
    return result({ measures: (await figure.measure(context)).map(judge) });
  } catch (thrown) {
    const problem = context.signal.aborted ? "interrupted" : renderProblems(thrown);
    if (!context.signal.aborted) context.report(problem);
    return result({ measures: [], problem });
  }
}

/**
 * Measures one figure after the other. One that cannot be measured does not keep the others from it.
 *
 * @param report - a line of progress
 * @param signal - given, what runs is ended, and what was measured is returned
 */
export async function runFigures(
  { figures, repetitions, asRoot }: BenchOptions,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<BenchResult> {
  const startedAt = new Date().toISOString();
  const machine = await describeMachine();
  const controlPlane = await obtainControlPlane({ report, signal });
  const context: BenchContext = {
    asRoot,
    repetitions: (own) => repetitions ?? own,
    controlPlane,
    report,
    signal,
  };
  const results: FigureResult[] = [];
  for (const [index, figure] of figures.entries()) {
    if (signal.aborted) break;
    report(`[${index + 1}/${figures.length}] ${figure.name}: ${figure.title}`);
    results.push(await runFigure(figure, context));
  }
  return { version: 1, startedAt, machine, isInterrupted: signal.aborted, figures: results };
}
