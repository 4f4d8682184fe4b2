import { join } from "node:path";
import { latestRun, readReport } from "../ci/find-run.ts";
import { runVerdict } from "../ci/job-summary.ts";
import { runConformance } from "../ci/run-conformance.ts";
import { summarizeRun } from "../ci/summarize-run.ts";
import { setOutput } from "../ci/workflow-files.ts";
import { actionCall } from "./inputs.ts";

/**
 * Runs what the inputs ask for, and sets the outputs, whatever the run came to.
 *
 * @returns the exit code of the run
 * @throws {HarnessError} `args/bad-value`
 */
export async function runAction(env: NodeJS.ProcessEnv): Promise<number> {
  const { argv, out } = actionCall(env);
  const before = await latestRun(out);
  const exitCode = await runConformance({ argv });
  const latest = await latestRun(out);
  // A run that began nothing is not told by the report of an earlier one.
  const directory = latest === before ? undefined : latest;
  const report = directory === undefined ? undefined : await readReport(directory);
  await setOutput("verdict", runVerdict(report));
  await setOutput("exit-code", String(exitCode));
  await setOutput("directory", directory ?? "");
  await setOutput(
    "report",
    directory === undefined || report === undefined ? "" : join(directory, "conformance-report.yaml"),
  );
  await summarizeRun(directory);
  return exitCode;
}
