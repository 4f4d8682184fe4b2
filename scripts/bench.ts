import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertNoProblems, exitCodeFor, exitCodes, renderProblems } from "../harness/errors/problems.ts";
import { machineProblems } from "../harness/machine/machine.ts";
import { checkOut } from "../harness/run/check-out.ts";
import { figures } from "./bench/figures.ts";
import { parseBenchOptions, renderHelp } from "./bench/options.ts";
import { exitCodeOf, renderResult } from "./bench/result.ts";
import { runFigures } from "./bench/run-figures.ts";

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const { options, problems } = parseBenchOptions(argv, figures);
  if (options.help) {
    process.stdout.write(renderHelp(figures));
    return exitCodes.conformant;
  }
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
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  process.stderr.write(`${stop.signal.aborted ? "interrupted" : renderProblems(error)}\n`);
  process.exitCode = stop.signal.aborted ? exitCodes.interrupted : exitCodeFor(error);
}
