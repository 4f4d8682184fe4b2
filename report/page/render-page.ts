import { gzipSync } from "node:zlib";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { ConformanceReport } from "../schema.ts";
import { fillTemplate, type PagePart } from "./fill-template.ts";
import type { PageFinding } from "./model/page-data.ts";
import { type Missing, pageSummary } from "./page-summary.ts";
import { base64Length, fitting, pageSizeLimit } from "./size-rule.ts";
import type { Template } from "./template.ts";

/** The time machine of an attempt, compressed. */
export interface Machine {
  /** Index of the attempt in the report. */
  readonly attempt: number;
  readonly bytes: Buffer;
}

export interface PageInput {
  readonly report: ConformanceReport;
  readonly findings: readonly PageFinding[];
  readonly missing: ReadonlyMap<string, Missing>;
  /** The most important first. */
  readonly machines: readonly Machine[];
}

/** Bytes around the data of one part, at most. */
const partOverhead = 80;

/** How many findings of an attempt are told, where more do not fit. */
const findingLimits = [undefined, 50, 10, 3, 1, 0];

/** Any value, compressed. */
export function compress(value: unknown): Buffer {
  return gzipSync(JSON.stringify(value), { level: 9 });
}

const titles = { true: "Conformant", false: "Not conformant", undetermined: "Undetermined" } as const;

function wordsOf({ conformant, engines, profile, reasons }: ConformanceReport) {
  const labels = engines.map(({ label }) => label).join(", ");
  return { title: `${titles[`${conformant}`]}: ${labels} – Leakproof ${profile.name}`, summary: reasons };
}

/** The summary, with as many findings as leave half of the page to time machines, or, if need be, none. */
function summaryPart({ report, findings, missing }: PageInput, room: number): PagePart {
  for (const limit of findingLimits) {
    const bytes = compress(pageSummary(report, findings, missing, limit));
    if (base64Length(bytes.length) <= (limit === 0 ? room : room / 2)) return { id: "report", bytes };
  }
  throw new HarnessError(
    "run/internal",
    `a report of ${report.results.length} attempts does not fit into a page of ${pageSizeLimit} bytes.`,
  );
}

/**
 * The page of a report: at most `limit` bytes. What does not fit is left out: first time machines of attempts, the
 * least important first; of many findings the last ones of each attempt. Pure.
 *
 * @throws {HarnessError} `run/internal` where even the list of attempts does not fit
 */
export function renderPage(template: Template, input: PageInput, limit: number = pageSizeLimit): string {
  const words = wordsOf(input.report);
  const frame = Buffer.byteLength(fillTemplate(template, words, []));
  const summary = summaryPart(input, limit - frame - partOverhead);
  const room = limit - frame - base64Length(summary.bytes.length) - partOverhead;
  const isFitting = fitting(
    input.machines.map(({ bytes }) => base64Length(bytes.length) + partOverhead),
    room,
  );
  const machines = input.machines.flatMap(({ attempt, bytes }, index): readonly PagePart[] =>
    isFitting[index] ? [{ id: `attempt-${attempt}`, bytes }] : [],
  );
  return fillTemplate(template, words, [summary, ...machines]);
}
