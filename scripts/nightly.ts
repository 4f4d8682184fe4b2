import { main } from "./help/main.ts";
import { nightlyHelp } from "./nightly/options.ts";
import { runNightly } from "./nightly/run-nightly.ts";

await main(nightlyHelp, runNightly);
