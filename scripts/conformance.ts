import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runOutside } from "./conformance/outside.ts";

try {
  process.exitCode = await runOutside(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
