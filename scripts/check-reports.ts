import { join } from "node:path";
import { exitCodeFor, exitCodes, renderProblems } from "../harness/errors/problems.ts";
import { newFolders } from "./reports/new-folders.ts";
import { folderProblems } from "./reports/check-folder.ts";
import { loadSpec } from "./verify/spec.ts";

const help = `Usage: npm run check-reports -- [FOLDER...] [--base REVISION]

The check that a pull request with reports goes through: the layout, the README, and npm run verify on each folder.
Without folders, those below reports/ that are not as in REVISION (default: origin/main).

  npm run check-reports -- route-table-1.1.0/acme-router/v2.1.0

Exit codes: 0 all can be taken in, 1 one cannot, 64 bad arguments.
`;

const root = join(import.meta.dirname, "..");

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help")) {
    process.stdout.write(help);
    return exitCodes.conformant;
  }
  const spec = await loadSpec();
  let bad = 0;
  for (const folder of await newFolders(root, argv)) {
    const problems = await folderProblems(join(root, "reports"), folder, spec);
    process.stdout.write(`${folder}: ${problems.length === 0 ? "ok" : problems.join("\n  ")}\n`);
    bad += problems.length === 0 ? 0 : 1;
  }
  return bad === 0 ? exitCodes.conformant : exitCodes.notConformant;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
