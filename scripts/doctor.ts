import { join } from "node:path";
import { parseArgs } from "node:util";
import type { CheckResult } from "../harness/machine/check.ts";
import { runCheck, sandboxChecks } from "../harness/machine/machine.ts";
import { programChecks } from "../harness/machine/program-checks.ts";

const help = `Usage: npm run doctor [-- --as-root]

Says what this machine can run, what is missing, and the line that repairs it. Changes nothing.
Exit code 0 where a conformance run can start, else 2.

  --as-root   as a run with --as-root would find it
`;

const marks: Record<CheckResult["state"], string> = {
  ok: "ok",
  missing: "MISSING",
  "optional-missing": "optional",
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { "as-root": { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const outFolder = join(import.meta.dirname, "..", "out");
  const checks = [...programChecks, ...sandboxChecks({ asRoot: values["as-root"] === true, outFolder })];
  let missing = 0;
  for (const check of checks) {
    const result = await runCheck(check);
    if (result.state === "missing") missing += 1;
    console.log(`${marks[result.state].padEnd(9)}${check.name.padEnd(30)}${result.seen}`);
    if (result.repair !== undefined) console.log(`${" ".repeat(9)}-> ${result.repair}`);
  }
  console.log(
    missing === 0 ? "This machine can run Leakproof." : `${missing} missing: see the lines with ->.`,
  );
  return missing === 0 ? 0 : 2;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isBadArgument =
    error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  if (!isBadArgument) throw error;
  process.stderr.write(`[args/unknown-option] ${error.message}\n${help}`);
  process.exitCode = 64;
}
