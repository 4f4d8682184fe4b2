import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runMerge } from "./merge/outside.ts";

try {
  process.exitCode = await runMerge(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
