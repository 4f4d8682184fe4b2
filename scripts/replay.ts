import { main } from "./help/main.ts";
import { replayHelp } from "./replay/replay-options.ts";
import { runReplay } from "./replay/outside.ts";

await main(replayHelp, runReplay);
