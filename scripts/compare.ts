import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runCompare } from "./compare/outside.ts";

try {
  process.exitCode = await runCompare(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
