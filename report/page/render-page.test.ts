import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { entryOf, failed } from "../report.fixture.ts";
import { reportOf } from "../sample-report.fixture.ts";
import type { ReportedAttempt } from "../schema.ts";
import type { PageData, PageFinding } from "./model/page-data.ts";
import { partOf } from "./page.fixture.ts";
import { pageFindings } from "./page-findings.ts";
import { type PageInput, renderPage } from "./render-page.ts";

const template = { script: "let x", style: "" };
const machine = (attempt: number, size: number) => ({ attempt, bytes: randomBytes(size) });
const base: PageInput = { report: reportOf(), findings: [], missing: new Map(), machines: [] };
const limit = 40_000;
const bytesOf = (html: string): number => Buffer.byteLength(html);
const has = (html: string, attempt: number): boolean => html.includes(`id="attempt-${attempt}"`);

test("time machines are left out where they do not fit; smaller ones behind a large one are taken", () => {
  const machines = [machine(0, 15_000), machine(1, 60_000), machine(2, 9_000), machine(3, 9_000)];
  const html = renderPage(template, { ...base, machines }, limit);
  expect([0, 1, 2, 3].map((attempt) => has(html, attempt))).toEqual([true, false, true, false]);
  expect(bytesOf(html)).toBeLessThanOrEqual(limit);
});

test("all of them are there where there is room", () => {
  const html = renderPage(template, { ...base, machines: [machine(0, 15_000), machine(1, 60_000)] });
  expect(has(html, 0) && has(html, 1)).toBe(true);
});

/** So many findings of one attempt, with texts that cannot be compressed. */
function noisy(count: number): readonly PageFinding[] {
  const [card] = pageFindings(entryOf("kv.moves", failed), 0, undefined, undefined);
  if (card === undefined) throw new Error("the fixture has no finding");
  return Array.from({ length: count }, () => ({
    ...card,
    finding: { ...card.finding, why: randomBytes(300).toString("base64") },
  }));
}

test("of too many findings the first ones of each attempt are told, and how many that are", () => {
  const few = partOf(renderPage(template, { ...base, findings: noisy(20) }, limit), "report") as PageData;
  expect(few.findings).toHaveLength(20);
  expect(few.findingsPerAttempt).toBeUndefined();
  const html = renderPage(template, { ...base, findings: noisy(200) }, limit);
  const many = partOf(html, "report") as PageData;
  expect(many.findingsPerAttempt).toBe(10);
  expect(many.findings).toHaveLength(10);
  expect(bytesOf(html)).toBeLessThanOrEqual(limit);
});

test("a list of attempts that does not fit is an error, never a page that is too large", () => {
  const results: readonly ReportedAttempt[] = Array.from({ length: 500 }, () => ({
    ...entryOf("kv.deleted", { kind: "pass" }),
    replay: randomBytes(200).toString("base64"),
  }));
  expect(() => renderPage(template, { ...base, report: reportOf(results) }, limit)).toThrow("run/internal");
});

test("what is left of an entry for the page has no verdict twice, and says why it has no time machine", () => {
  const html = renderPage(template, { ...base, missing: new Map([["kv.deleted", "unreadable"]]) });
  const { attempts, report } = partOf(html, "report") as PageData;
  expect(attempts.map(({ kind, leftOut }) => [kind, leftOut])).toEqual([
    ["fail", undefined],
    ["pass", "unreadable"],
    ["not-exercised", undefined],
    ["unsupported", undefined],
  ]);
  expect(attempts[2]?.detail).toBe("overshoot: two writes landed.");
  expect(report.conformant).toBe(false);
});
