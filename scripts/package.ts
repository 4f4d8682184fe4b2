import { join } from "node:path";
import { main } from "./help/main.ts";
import { packageHelp } from "./help/of-checkout.ts";
import { parseCommand } from "./help/parse-command.ts";
import { compilePackage } from "./package/compile.ts";

const root = join(import.meta.dirname, "..");

await main(packageHelp, async (argv) => {
  parseCommand(packageHelp, argv);
  process.stderr.write(`dist: ${await compilePackage(root, join(root, "dist"))} files\n`);
  return 0;
});
