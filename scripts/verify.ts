import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runVerify } from "./verify/outside.ts";

try {
  process.exitCode = await runVerify(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
