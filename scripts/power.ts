import { main } from "./help/main.ts";
import { powerHelp } from "./power/options.ts";
import { runPower } from "./power/outside.ts";

await main(powerHelp, runPower);
