import { findingsOf } from "./baseline.ts";
import { renderFinding } from "./finding-text.ts";
import type { KnownReport, ReportedAttempt } from "./schema.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/**
 * A text as XML 1.0 can hold it, in an attribute or between tags. Characters that XML forbids even as
 * entities (most control characters, lone surrogates) are left out: logs of engines have them.
 */
export function escapeXml(text: string): string {
  const allowed = text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "");
  return allowed.replace(/[&<>"\t\n\r]/g, (character) => entities[character] ?? "");
}

/** Between tags, line ends are kept as they are: they need no entity there and are meant to be read. */
function escapeBody(text: string): string {
  return escapeXml(text).replaceAll("&#10;", "\n").replaceAll("&#9;", "\t");
}

function renderFindings(attempt: ReportedAttempt): string {
  const findings = findingsOf(attempt).flatMap((finding) => renderFinding(finding));
  const faults = (attempt.faults ?? []).map(
    ({ what, fired }) => `fault: ${what} (${fired ? "fired" : "did not fire"})`,
  );
  return [...findings, ...faults, `again: ${attempt.replay}`].join("\n");
}

/** What a test case holds, by its verdict. */
function renderOutcome(attempt: ReportedAttempt): string {
  const { verdict } = attempt;
  switch (verdict.kind) {
    case "pass":
      return "";
    case "fail": {
      const [first, ...rest] = verdict.findings;
      const more = rest.length === 0 ? "" : ` (and ${rest.length} more)`;
      const [type, message] = [first.oracle, escapeXml(first.why + more)];
      return `<failure type="${type}" message="${message}">${escapeBody(renderFindings(attempt))}</failure>`;
    }
    case "error": {
      const [type, message] = [escapeXml(verdict.cause.code), escapeXml(verdict.cause.message)];
      return `<error type="${type}" message="${message}">${escapeBody(renderFindings(attempt))}</error>`;
    }
    case "not-exercised":
      return `<skipped message="${escapeXml(`not exercised (${verdict.reason}): ${verdict.detail}`)}"/>`;
    case "unsupported":
      return `<skipped message="${escapeXml(`unsupported: the engine does not claim ${verdict.feature}`)}"/>`;
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function renderCase(attempt: ReportedAttempt, profile: string): string {
  const name = escapeXml(/\.r\d+$/.test(attempt.id) || attempt.role ? attempt.id : attempt.scenario);
  const className = escapeXml(`${profile}.${attempt.engine}.${attempt.level}`);
  const head = `<testcase name="${name}" classname="${className}" time="${seconds(attempt.durationMs)}"`;
  const outcome = renderOutcome(attempt);
  return outcome === "" ? `    ${head}/>` : `    ${head}>${outcome}</testcase>`;
}

function counts(attempts: readonly ReportedAttempt[]): string {
  const of = (...kinds: readonly string[]): number =>
    attempts.filter(({ verdict }) => kinds.includes(verdict.kind)).length;
  const time = seconds(attempts.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const skipped = of("not-exercised", "unsupported");
  return `tests="${attempts.length}" failures="${of("fail")}" errors="${of("error")}" skipped="${skipped}" time="${time}"`;
}

/**
 * The report as JUnit XML: a test suite an engine, a test case an attempt. What was not exercised or is
 * unsupported is `skipped`, with the reason; an error of the harness is `error`, never `failure`. Mutants are
 * meant to fail, and are left out. Pure.
 */
export function renderJunit(report: KnownReport): string {
  const results = report.results.filter(({ level }) => level !== "power");
  const suites = report.engines.map(({ label }) => {
    const attempts = results.filter(({ engine }) => engine === label);
    const timestamp = escapeXml(report.run.startedAt);
    const cases = attempts.map((attempt) => `${renderCase(attempt, report.profile.name)}\n`).join("");
    return `  <testsuite name="${escapeXml(label)}" timestamp="${timestamp}" ${counts(attempts)}>\n${cases}  </testsuite>\n`;
  });
  const head = `<testsuites name="leakproof ${escapeXml(report.profile.name)}" ${counts(results)}>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join("")}</testsuites>\n`;
}
