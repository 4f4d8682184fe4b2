import { mergeHelp, runMerge } from "./merge/outside.ts";
import { main } from "./help/main.ts";

await main(mergeHelp, runMerge);
