import { join } from "node:path";
import { startGuarded } from "../../harness/process/guard.js";
import { quoteWord } from "../../report/replay.ts";
import { checkout } from "../conformance/plan-run.ts";

export interface ConformanceCall {
  readonly argv: readonly string[];
  /** The run is interrupted then, and its report tells what was judged by then, in ms. */
  readonly limitMs?: number;
}

/** The command line as somebody would type it in this project's folder. */
export function commandLine(argv: readonly string[]): string {
  return `npm run conformance -- ${argv.map(quoteWord).join(" ")}`;
}

/**
 * Runs `npm run conformance` with these arguments, shown first, to its end; it gets the signals that this
 * process gets.
 *
 * @returns its exit code
 */
export async function runConformance({ argv, limitMs }: ConformanceCall): Promise<number> {
  process.stderr.write(`${commandLine(argv)}\n`);
  const started = startGuarded(
    [process.execPath, join(checkout, "bin", "leakproof.js"), "conformance", ...argv],
    { cwd: checkout, output: "inherit" },
  );
  const signals = ["SIGINT", "SIGTERM"] as const;
  const pass = (signal: NodeJS.Signals): void => started.signal(signal);
  for (const signal of signals) process.on(signal, pass);
  const limit =
    limitMs === undefined
      ? undefined
      : setTimeout(() => {
          process.stderr.write(`the time of this job, ${limitMs / 60_000} minutes, is over\n`);
          started.signal("SIGINT");
        }, limitMs);
  try {
    return (await started.exited).code;
  } finally {
    clearTimeout(limit);
    for (const signal of signals) process.off(signal, pass);
  }
}
