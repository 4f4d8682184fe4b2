import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseReport } from "../../report/read-report.ts";
import type { KnownReport, VerdictCounts } from "../../report/schema.ts";

/** A report that was handed in: `reports/SPEC/VENDOR-ENGINE/VERSION/`. */
export interface StoredReport {
  /** Relative to reports/: `route-table-1.1.0/acme-router/v2.1.0`. */
  readonly folder: string;
  readonly report: KnownReport;
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

/**
 * Reads all reports that were handed in.
 *
 * @param reports - the directory reports/ of a checkout
 */
export async function readStoredReports(reports: string): Promise<readonly StoredReport[]> {
  const found: StoredReport[] = [];
  for (const spec of await foldersIn(reports)) {
    for (const engine of await foldersIn(join(reports, spec))) {
      for (const version of await foldersIn(join(reports, spec, engine))) {
        const folder = `${spec}/${engine}/${version}`;
        const text = await readFile(join(reports, folder, "conformance-report.yaml"), "utf8");
        const report = parseReport(text);
        if (typeof report === "string") throw new Error(`${folder}: ${report}`);
        found.push({ folder, report });
      }
    }
  }
  return found;
}

const words = { true: "conformant", false: "not conformant", undetermined: "undetermined" } as const;
const colours = { true: "#2a7d3f", false: "#b3261e", undetermined: "#8a6d00" } as const;

const total = (counts: VerdictCounts): number => Object.values(counts).reduce((sum, one) => sum + one, 0);

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** Of a text of 11 px, about; the font of the reader is not known here. */
const widthOf = (text: string): number => Math.round(text.length * 6.6) + 12;

/** A badge of two halves. */
function renderSvg(left: string, right: string, colour: string): string {
  const [one, two] = [widthOf(left), widthOf(right)];
  const title = escape(`${left}: ${right}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${one + two}" height="20" role="img" aria-label="${title}">
  <title>${title}</title>
  <rect width="${one}" height="20" fill="#444"/>
  <rect x="${one}" width="${two}" height="20" fill="${colour}"/>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
    <text x="${one / 2}" y="14">${escape(left)}</text>
    <text x="${one + two / 2}" y="14">${right}</text>
  </g>
</svg>
`;
}

/** The badge of Core: conformance. Pure. */
export function renderBadge({ report: { profile, conformant } }: StoredReport): string {
  const told = `${conformant}` as const;
  return renderSvg(`leakproof ${profile.name} ${profile.version}`, words[told], colours[told]);
}

/** The badge of Extended: how many of its attempts passed. Pure. */
export function renderExtendedBadge({ report: { profile, statistics } }: StoredReport): string {
  const { extended } = statistics;
  const isWhole = extended.pass > 0 && extended.pass === total(extended);
  return renderSvg(
    `leakproof ${profile.name} ${profile.version} extended`,
    `${extended.pass} of ${total(extended)} passed`,
    colours[extended.fail > 0 ? "false" : isWhole ? "true" : "undetermined"],
  );
}

function renderRow({ folder, report }: StoredReport): string {
  const [spec = "", engine = "", version = ""] = folder.split("/");
  const { core, extended } = report.statistics;
  const counts = (all: VerdictCounts): string => `${all.pass} of ${total(all)}`;
  const label = words[`${report.conformant}`];
  const badges = `![${label}](${folder}/badge.svg) ![Extended](${folder}/badge-extended.svg)`;
  return `| [${engine}](${folder}) | ${version} | ${spec} | ${badges} | ${counts(core)} | ${counts(extended)} | ${report.run.endedAt.slice(0, 10)} |`;
}

const head = `| engine | version | profile | | Core passed | Extended passed | of |
| --- | --- | --- | --- | --- | --- | --- |`;

const begin = "<!-- table: made by `npm run docs` -->";
const end = "<!-- end of the table -->";

/** The page with its table made anew. Pure. */
export function renderTable(page: string, stored: readonly StoredReport[]): string {
  const table = stored.length === 0 ? "None yet." : [head, ...stored.map(renderRow)].join("\n");
  const [before = "", rest = ""] = page.split(begin);
  const after = rest.split(end)[1] ?? "";
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}
