import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runReplay } from "./replay/outside.ts";

try {
  process.exitCode = await runReplay(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
