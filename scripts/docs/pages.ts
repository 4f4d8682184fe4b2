import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadProfiles } from "../../suites/profiles.ts";
import { readStoredReports, renderBadge, renderExtendedBadge, renderTable } from "./reports-table.ts";
import { renderSpecPage } from "./spec-pages.ts";

/**
 * Every file that is made from others: path relative to the checkout -> content.
 *
 * @param root - of the checkout
 */
export async function generatedPages(root: string): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const profile of await loadProfiles(join(root, "suites/profiles")))
    pages.set(`docs/spec/${profile.name}.md`, await renderSpecPage(root, profile));
  const stored = await readStoredReports(join(root, "reports"));
  const table = "reports/README.md";
  pages.set(table, renderTable(await readFile(join(root, table), "utf8"), stored));
  for (const one of stored) {
    pages.set(`reports/${one.folder}/badge.svg`, renderBadge(one));
    pages.set(`reports/${one.folder}/badge-extended.svg`, renderExtendedBadge(one));
  }
  return pages;
}
