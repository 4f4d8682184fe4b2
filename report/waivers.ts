import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { renderItem } from "../harness/model/state.ts";
import { type Finding, findingKey } from "../harness/model/verdict.ts";
import type { DeepReadonly, ReportedFinding } from "./finding-schema.ts";
import { markFindings } from "./mark-findings.ts";
import type { ConformanceReport, ReportedAttempt } from "./schema.ts";

const waiverSchema = z
  .strictObject({
    /** Exactly this finding: its `key` in a report. */
    finding: z.string().min(1).exactOptional(),
    /** Globs; each that is given must match. */
    engine: z.string().min(1).exactOptional(),
    scenario: z.string().min(1).exactOptional(),
    oracle: z.string().min(1).exactOptional(),
    item: z.string().min(1).exactOptional(),
    issue: z.url(),
    until: z.iso.date(),
  })
  .refine(
    ({ finding, scenario, oracle, item }) =>
      finding !== undefined || scenario !== undefined || oracle !== undefined || item !== undefined,
    "needs a finding, or a pattern: scenario, oracle or item",
  );

const fileSchema = z.strictObject({
  apiVersion: z.literal("leakproof.dev/v1"),
  kind: z.literal("Waivers"),
  waivers: z.array(waiverSchema).min(1),
});

type Waiver = DeepReadonly<z.infer<typeof waiverSchema>>;

/** Findings that are let pass for a while, each for a reason that can be read. */
export interface Waivers {
  readonly path: string;
  readonly list: readonly Waiver[];
}

/**
 * Reads a file of waivers.
 *
 * @throws {HarnessError} `args/bad-waivers` where it cannot be read or is none
 */
export async function readWaivers(path: string): Promise<Waivers> {
  const bad = (why: string): HarnessError =>
    new HarnessError(
      "args/bad-waivers",
      `--waivers "${path}": ${why}\nFix: give a file as in docs/contracts/report.md: each entry with issue, until, and what it is about.`,
    );
  let content: unknown;
  try {
    content = parse(await readFile(path, "utf8"));
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) throw bad(z.prettifyError(parsed.error).split("\n").slice(0, 6).join("\n"));
  return { path, list: parsed.data.waivers };
}

function matches(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

function isMeant(waiver: Waiver, attempt: ReportedAttempt, finding: ReportedFinding): boolean {
  if (waiver.finding !== undefined) {
    if (waiver.finding !== findingKey(attempt.scenario, finding satisfies Finding)) return false;
  }
  return (
    matches(waiver.engine, attempt.engine) &&
    matches(waiver.scenario, attempt.scenario) &&
    matches(waiver.oracle, finding.oracle) &&
    (waiver.item === undefined ||
      (finding.item !== undefined &&
        [finding.item.text, renderItem(finding.item)].some((text) => matches(waiver.item, text))))
  );
}

/** What the waivers of a run came to. */
export interface Waived {
  /** The attempts, with `waived` at every finding that is let pass. */
  readonly results: readonly ReportedAttempt[];
  readonly summary: NonNullable<ConformanceReport["waivers"]>;
}

/**
 * Marks the findings that are waived. A waiver holds to the end of its day (UTC); one that has expired
 * marks nothing and is told, and so is one that no finding is meant by: it hides what comes next. Pure.
 */
export function applyWaivers(waivers: Waivers, results: readonly ReportedAttempt[], now: Date): Waived {
  const today = now.toISOString().slice(0, 10);
  const isExpired = ({ until }: Waiver): boolean => until < today;
  const found = new Map<Waiver, number>();
  const marked = results.map((attempt) =>
    attempt.level === "power"
      ? attempt
      : markFindings(attempt, (finding) => {
          const meant = waivers.list.filter((waiver) => isMeant(waiver, attempt, finding));
          for (const waiver of meant) found.set(waiver, (found.get(waiver) ?? 0) + 1);
          const holding = meant.find((waiver) => !isExpired(waiver));
          return holding === undefined
            ? finding
            : { ...finding, waived: { issue: holding.issue, until: holding.until } };
        }),
  );
  return {
    results: marked,
    summary: {
      path: waivers.path,
      list: waivers.list.map((waiver) => {
        const findings = found.get(waiver) ?? 0;
        const state = isExpired(waiver) ? "expired" : findings === 0 ? "unmatched" : "used";
        return { ...waiver, state, findings };
      }),
    },
  };
}
