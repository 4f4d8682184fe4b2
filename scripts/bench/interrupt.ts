import { setTimeout as delay } from "node:timers/promises";
import { exitCodes } from "../../harness/errors/problems.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { type Guarded, startGuarded } from "../../harness/process/guard.js";
import { checkout } from "../conformance/plan-run.ts";
import type { BenchContext, Figure } from "./measure.ts";
import { commonArguments, entry, temporaryOut } from "./project-command.ts";

/** When Ctrl-C is given: so long after a line of the run. */
interface Moment {
  readonly label: string;
  readonly line: RegExp;
  readonly afterMs: number;
}

const moments: readonly Moment[] = [
  { label: "while the clusters start", line: /^control plane /m, afterMs: 3_000 },
  { label: "in the middle of attempts", line: /^\[ *1\/\d+\]/m, afterMs: 3_000 },
];

/** Long after any run has said the line. */
const lineTimeoutMs = 180_000;

async function untilLine(run: Guarded, line: RegExp): Promise<void> {
  let text = "";
  const said = new Promise<void>((resolve) => {
    run.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (line.test(text)) resolve();
    });
  });
  const late = new AbortController();
  const wasSaid = await Promise.race([
    said.then(() => true),
    run.exited.then(() => false),
    delay(lineTimeoutMs, false, { signal: late.signal }).catch(() => false), // Aborted when it is over.
  ]);
  late.abort();
  if (!wasSaid)
    throw new HarnessError("run/internal", `no run in progress to interrupt.\nSaw: ${text.slice(-800)}`);
}

/** @returns ms from Ctrl-C until the command has ended, with its partial report written */
async function timeInterrupt(moment: Moment, context: BenchContext): Promise<number> {
  context.signal.throwIfAborted();
  await using out = await temporaryOut();
  const run = startGuarded([...entry, "--engine", "reference", ...commonArguments(context, out.path)], {
    cwd: checkout,
  });
  let printed = "";
  run.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
  });
  const stop = (): void => run.killGroup();
  context.signal.addEventListener("abort", stop);
  try {
    await untilLine(run, moment.line);
    await delay(moment.afterMs);
    const began = performance.now();
    run.signal("SIGINT");
    const { code } = await run.exited;
    const durationMs = performance.now() - began;
    context.signal.throwIfAborted();
    if (code !== exitCodes.interrupted || !printed.includes("report: "))
      throw new HarnessError(
        "run/internal",
        `interrupted ${moment.label}, a run ended with exit code ${code}.\nSaw: ${printed.slice(-800)}`,
      );
    return durationMs;
  } finally {
    context.signal.removeEventListener("abort", stop);
    run.killGroup();
    await run.exited;
  }
}

/** How long Ctrl-C takes to end a run in progress, cleanly and with a partial report. */
export const interrupt: Figure = {
  name: "interrupt",
  title: "from Ctrl-C to the end of a run",
  async measure(context) {
    const samples = new Map<Moment, number[]>(moments.map((moment) => [moment, []]));
    const rounds = context.repetitions(3);
    for (let round = 1; round <= rounds; round++) {
      for (const [moment, durations] of samples) {
        const durationMs = await timeInterrupt(moment, context);
        durations.push(durationMs);
        context.report(`  ${round}/${rounds}: ${moment.label}: ${durationMs.toFixed(0)} ms`);
      }
    }
    return [...samples].map(([{ label }, durations]) => ({
      label,
      unit: "ms",
      samples: durations,
      goal: { atMost: 5_000, judged: "worst" },
    }));
  },
};
