import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reportOf } from "../../report/sample-report.fixture.ts";
import { generatedPages } from "./pages.ts";
import { renderBadge, renderExtendedBadge, renderTable } from "./reports-table.ts";

const root = join(import.meta.dirname, "../..");

it("are committed as `npm run docs` makes them", async () => {
  const pages = await generatedPages(root);
  for (const [path, content] of pages)
    expect(await readFile(join(root, path), "utf8").catch(() => "missing"), path).toBe(content);
  const specs = (await readdir(join(root, "docs/spec"))).map((name) => `docs/spec/${name}`);
  expect(specs.filter((path) => !pages.has(path))).toEqual([]);
});

it("has a reason and a source for every requirement", async () => {
  const pages = await generatedPages(root);
  const requirements = [...pages]
    .filter(([path]) => path.startsWith("docs/spec/"))
    .flatMap(([, text]) => text.split("\n### ").slice(1));
  expect(requirements.length).toBeGreaterThan(20);
  for (const text of requirements) {
    expect(text).toMatch(/^\S+\n\n\*\*.+\.\*\* \S.{20}/);
    expect(text).toMatch(/\| upstream \| \[.+\]\(https:.+\)/);
  }
});

describe("the table of reports", () => {
  const stored = { folder: "egress-snat-1/acme-router/v1.0.0", report: reportOf() };
  const page =
    "# Reports\n\n<!-- table: made by `npm run docs` -->\nold\n<!-- end of the table -->\n\nMore.\n";

  it("has a row a report, and keeps the rest of the page", () => {
    const text = renderTable(page, [stored]);
    expect(text).toMatch(/^# Reports\n/);
    expect(text).toMatch(/\nMore\.\n$/);
    expect(text).not.toContain("old");
    expect(text).toContain(
      "| [acme-router](egress-snat-1/acme-router/v1.0.0) | v1.0.0 | egress-snat-1 | ![not conformant]",
    );
    expect(renderTable(text, [stored])).toBe(text);
  });

  it("has a badge of its own for Extended", () => {
    const { statistics } = stored.report;
    const badge = (extended: typeof statistics.extended): string =>
      renderExtendedBadge({
        ...stored,
        report: { ...stored.report, statistics: { ...statistics, extended } },
      });
    const none = { pass: 0, fail: 0, error: 0, "not-exercised": 0, unsupported: 0 };
    expect(badge({ ...none, pass: 4 })).toContain(": 4 of 4 passed");
    const colourOf = (svg: string): string | undefined => /<rect x="\d+" .*fill="(#\w+)"/.exec(svg)?.[1];
    const colours = [
      { ...none, pass: 4 },
      { ...none, pass: 3, fail: 1 },
      { ...none, pass: 3, "not-exercised": 1 },
      none,
    ].map((extended) => colourOf(badge(extended)));
    expect(colours).toEqual(["#2a7d3f", "#b3261e", "#8a6d00", "#8a6d00"]);
  });

  it("has badges that say what the report says", () => {
    expect(renderBadge(stored)).toContain("leakproof egress-snat 1: not conformant");
    const open = { ...stored, report: { ...stored.report, conformant: "undetermined" as const } };
    expect(renderBadge(open)).toContain(">undetermined<");
    expect(renderBadge({ ...stored, report: { ...stored.report, conformant: true } })).toContain(
      ">conformant<",
    );
  });
});
