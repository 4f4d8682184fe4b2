import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertNoProblems, exitCodes } from "../harness/errors/problems.ts";
import { machineProblems } from "../harness/machine/machine.ts";
import { checkOut } from "../harness/run/check-out.ts";
import { figures } from "./bench/figures.ts";
import { benchHelp, parseBenchOptions } from "./bench/options.ts";
import { exitCodeOf, renderResult } from "./bench/result.ts";
import { runFigures } from "./bench/run-figures.ts";
import { main } from "./help/main.ts";

async function measure(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const { options, problems } = parseBenchOptions(argv, figures);
  const out = await checkOut(options.out);
  assertNoProblems([...problems, ...(out === undefined ? [] : [out])]);
  assertNoProblems(await machineProblems({ asRoot: options.asRoot, outFolder: options.out }));
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const result = await runFigures(options, report, signal);
  await mkdir(options.out, { recursive: true });
  const file = join(options.out, `${result.startedAt.replace(/[-:]|\.\d+/g, "")}.json`);
  await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
  process.stdout.write(`${renderResult(result)}values: ${file}\n`);
  return exitCodeOf(result);
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
await main(benchHelp(figures), async (argv) => {
  try {
    return await measure(argv, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write("interrupted\n");
    return exitCodes.interrupted;
  }
});
