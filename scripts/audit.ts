import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runAudit } from "./audit/run-audit.ts";

try {
  process.exitCode = await runAudit(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
