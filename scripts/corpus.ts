import { corpusHelp } from "./corpus/options.ts";
import { runCorpus } from "./corpus/outside.ts";
import { main } from "./help/main.ts";

await main(corpusHelp, runCorpus);
