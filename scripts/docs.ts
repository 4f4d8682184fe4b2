import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { generatedPages } from "./docs/pages.ts";
import { main } from "./help/main.ts";
import { docsHelp } from "./help/of-checkout.ts";
import { parseCommand } from "./help/parse-command.ts";

const root = join(import.meta.dirname, "..");

await main(docsHelp, async (argv) => {
  parseCommand(docsHelp, argv);
  for (const [path, content] of await generatedPages(root)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    console.log(path);
  }
  return 0;
});
