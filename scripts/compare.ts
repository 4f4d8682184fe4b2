import { compareHelp, runCompare } from "./compare/outside.ts";
import { main } from "./help/main.ts";

await main(compareHelp, runCompare);
