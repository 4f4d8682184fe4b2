import { attemptKey, findingsOf, keyOf } from "./baseline.ts";
import { renderFinding } from "./finding-text.ts";
import type { ReportedFinding } from "./finding-schema.ts";
import type { KnownReport, ReportedAttempt } from "./schema.ts";

/** A finding of one of two reports. */
interface Found {
  readonly attempt: ReportedAttempt;
  readonly finding: ReportedFinding;
}

/** What changed from one report to another. */
export interface Change {
  /** Only the later one has them; the earlier one judged the same attempts. */
  readonly added: readonly Found[];
  /** Only the earlier one has them; the later one judged the same attempts. */
  readonly fixed: readonly Found[];
  /** Both have them, as the later one tells them. */
  readonly still: readonly Found[];
  /** What one of them found, where the other judged nothing: nothing can be said. */
  readonly onlyBefore: readonly Found[];
  readonly onlyAfter: readonly Found[];
  /** Engine and scenario, of what the earlier report judged and the later one did not. */
  readonly lost: readonly string[];
}

/** Of engines under test, and no figures: those vary from run to run. */
function foundIn({ engines, results }: KnownReport): ReadonlyMap<string, Found> {
  return new Map(
    results
      .filter(({ level }) => level !== "power")
      .flatMap((attempt) =>
        findingsOf(attempt)
          .filter(({ level }) => level !== "observed")
          .map((finding) => [keyOf(engines, attempt, finding), { attempt, finding }] as const),
      ),
  );
}

function judgedIn({ engines, results }: KnownReport): ReadonlySet<string> {
  const judged = results.filter(
    ({ level, verdict }) => level !== "power" && (verdict.kind === "pass" || verdict.kind === "fail"),
  );
  return new Set(judged.map((attempt) => attemptKey(engines, attempt)));
}

/**
 * Compares two reports, whatever provider or version made them: engines are recognised by name and variant,
 * findings without versions, addresses, names and times. Pure.
 */
export function compareReports(before: KnownReport, after: KnownReport): Change {
  const [was, is] = [foundIn(before), foundIn(after)];
  const [judgedBefore, judgedAfter] = [judgedIn(before), judgedIn(after)];
  const gone = [...was].filter(([key]) => !is.has(key)).map(([, found]) => found);
  const come = [...is].filter(([key]) => !was.has(key)).map(([, found]) => found);
  const isJudgedAfter = ({ attempt }: Found): boolean => judgedAfter.has(attemptKey(before.engines, attempt));
  const isJudgedBefore = ({ attempt }: Found): boolean =>
    judgedBefore.has(attemptKey(after.engines, attempt));
  return {
    added: come.filter(isJudgedBefore),
    fixed: gone.filter(isJudgedAfter),
    still: [...is].filter(([key]) => was.has(key)).map(([, found]) => found),
    onlyBefore: gone.filter((found) => !isJudgedAfter(found)),
    onlyAfter: come.filter((found) => !isJudgedBefore(found)),
    lost: [...judgedBefore].filter((key) => !judgedAfter.has(key)),
  };
}

/** So many findings of a kind are told whole. */
const shown = 20;

function renderPart(title: string, found: readonly Found[], isWhole: boolean): readonly string[] {
  const lines = found.slice(0, shown).flatMap(({ attempt, finding }) => {
    const [head = "", ...rest] = renderFinding(finding);
    const place = `${attempt.engine} ${attempt.scenario}`;
    return [`  ${place}: ${head}`, ...(isWhole ? rest.map((line) => `    ${line}`) : [])];
  });
  const more = found.length > shown ? [`  ... and ${found.length - shown} more.`] : [];
  return found.length === 0 ? [] : [`${title} (${found.length})`, ...lines, ...more, ""];
}

/** A comparison for people. */
export function renderChange(before: KnownReport, after: KnownReport, change: Change): string {
  const { added, fixed, still, onlyBefore, onlyAfter, lost } = change;
  const sides = [before, after].map(
    ({ run, engines, environment }) =>
      `${run.id}: ${engines.map(({ label }) => label).join(", ")} on ${environment.provider}, ${environment.kernel}`,
  );
  return [
    `before ${sides[0]}`,
    `after  ${sides[1]}`,
    "",
    ...renderPart("NEW", added, true),
    ...renderPart("FIXED", fixed, false),
    ...renderPart("STILL THERE", still, false),
    ...renderPart("FOUND AFTER, where nothing was judged before", onlyAfter, false),
    ...renderPart("FOUND BEFORE, where nothing was judged after", onlyBefore, false),
    ...(lost.length === 0
      ? []
      : [`not judged any more: ${lost.map((key) => key.replace("|", " ")).join(", ")}`, ""]),
    `${added.length} new, ${fixed.length} fixed, ${still.length} still there, ${onlyAfter.length + onlyBefore.length} that cannot be compared`,
    "",
  ].join("\n");
}
