import { cacheDirectory } from "../harness/process/cache-directory.js";
import { writePage } from "../report/page/write-page.ts";
import { main } from "./help/main.ts";
import { parseCommand } from "./help/parse-command.ts";
import { pageHelp } from "./help/small.ts";

await main(pageHelp, async (argv) => {
  const [directory = ""] = parseCommand(pageHelp, argv, { least: 1, most: 1 }).words;
  process.stdout.write(`${await writePage(directory, { cache: cacheDirectory() })}\n`);
  return 0;
});
