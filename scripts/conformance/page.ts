import { existsSync } from "node:fs";
import { join } from "node:path";
import { asCalled } from "../../harness/errors/as-called.ts";
import { renderProblems } from "../../harness/errors/problems.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { pageTemplate } from "../../report/page/template.ts";
import { writePage } from "../../report/page/write-page.ts";

/** An interrupted run ends within 5 s, most of which its report may need, in ms. */
const interruptedBudgetMs = 800;

function print(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The page's program, built while the run goes on where it never was before; what goes wrong shows when the page is made. */
export async function preparePage(): Promise<void> {
  await pageTemplate(cacheDirectory()).catch(() => undefined);
}

/**
 * Makes `report.html` of a run that has a report. A page that cannot be made is told, and changes nothing: the
 * report stands without it.
 */
export async function writePageOf(directory: string, isInterrupted: boolean): Promise<void> {
  if (!existsSync(join(directory, "conformance-report.yaml"))) return;
  try {
    const budget = isInterrupted ? { budgetMs: interruptedBudgetMs } : {};
    print(`page: ${await writePage(directory, { cache: cacheDirectory(), ...budget })}`);
  } catch (error) {
    print(renderProblems(error));
    print(asCalled(`There is no report.html; \`npm run page -- ${directory}\` makes it.`));
  }
}
