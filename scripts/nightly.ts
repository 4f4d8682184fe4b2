import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runNightly } from "./nightly/run-nightly.ts";

try {
  process.exitCode = await runNightly(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
