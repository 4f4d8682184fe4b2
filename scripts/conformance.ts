import { exitCodes } from "../harness/errors/problems.ts";
import { conformanceHelp } from "./conformance/help.ts";
import { runOutside } from "./conformance/outside.ts";
import { main } from "./help/main.ts";

/** What git bisect run takes for "cannot be told of this commit". */
const skipped = 125;

await main(conformanceHelp, runOutside);
if (process.argv.includes("--bisect") && process.exitCode === exitCodes.couldNotTell)
  process.exitCode = skipped;
