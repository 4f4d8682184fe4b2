import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { runCorpus } from "./corpus/outside.ts";

try {
  process.exitCode = await runCorpus(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
