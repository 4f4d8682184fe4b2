import { main } from "./help/main.ts";
import { sweepHelp } from "./sweep/help.ts";
import { runSweep } from "./sweep/run-sweep.ts";

await main(sweepHelp, runSweep);
