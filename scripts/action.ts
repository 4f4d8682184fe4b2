import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runAction } from "./action/run-action.ts";

try {
  process.exitCode = await runAction(process.env);
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
