import { exitCodeFor, exitCodes, renderProblems } from "../harness/errors/problems.ts";
import { runOutside } from "./conformance/outside.ts";

const argv = process.argv.slice(2);
/** What git bisect run takes for "cannot be told of this commit". */
const skipped = 125;

let code: number;
try {
  code = await runOutside(argv);
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  code = exitCodeFor(error);
}
process.exitCode = argv.includes("--bisect") && code === exitCodes.couldNotTell ? skipped : code;
