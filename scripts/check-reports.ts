import { join } from "node:path";
import { exitCodes } from "../harness/errors/problems.ts";
import { main } from "./help/main.ts";
import { checkReportsHelp } from "./help/of-checkout.ts";
import { newFolders } from "./reports/new-folders.ts";
import { folderProblems } from "./reports/check-folder.ts";
import { loadSpec } from "./verify/spec.ts";

const root = join(import.meta.dirname, "..");

await main(checkReportsHelp, async (argv) => {
  const spec = await loadSpec();
  let bad = 0;
  for (const folder of await newFolders(root, argv)) {
    const problems = await folderProblems(join(root, "reports"), folder, spec);
    process.stdout.write(`${folder}: ${problems.length === 0 ? "ok" : problems.join("\n  ")}\n`);
    bad += problems.length === 0 ? 0 : 1;
  }
  return bad === 0 ? exitCodes.conformant : exitCodes.notConformant;
});
