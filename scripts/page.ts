import { parseArgs } from "node:util";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { cacheDirectory } from "../harness/process/cache-directory.js";
import { writePage } from "../report/page/write-page.ts";

const help = `Usage: npm run page -- DIR

Makes report.html of a run again, from what the run left in its directory.

Examples:
  npm run page -- out/20261122T115012Z-7
  npm run page -- .
`;

function parse(): readonly string[] | "help" {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    return values.help === true ? "help" : positionals;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${why}\n${help}`, { cause });
  }
}

async function main(): Promise<void> {
  const given = parse();
  if (given === "help") {
    process.stdout.write(help);
    return;
  }
  const [directory, ...more] = given;
  if (directory === undefined || more.length > 0)
    throw new HarnessError(
      "args/bad-value",
      `one directory is needed, and ${given.length} were given.\n${help}`,
    );
  process.stdout.write(`${await writePage(directory, { cache: cacheDirectory() })}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
