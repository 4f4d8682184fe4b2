import { main } from "./help/main.ts";
import { verifyHelp } from "./verify/options.ts";
import { runVerify } from "./verify/outside.ts";

await main(verifyHelp, runVerify);
