import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runPower } from "./power/outside.ts";

try {
  process.exitCode = await runPower(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
