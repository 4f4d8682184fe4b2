import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { Recording } from "../../harness/model/recording.ts";
import { findingsOf } from "../baseline.ts";
import { parseYaml } from "../parse-yaml.ts";
import { readRecording } from "../recording-files.ts";
import { type ConformanceReport, reportSchema, type ReportedAttempt } from "../schema.ts";
import { writeWhole } from "../write-file.ts";
import { attemptData } from "./attempt-data.ts";
import { byImportance } from "./attempt-rank.ts";
import type { PageFinding } from "./model/page-data.ts";
import { pageFindings } from "./page-findings.ts";
import type { Missing } from "./page-summary.ts";
import { compress, type Machine, renderPage } from "./render-page.ts";
import { pageSizeLimit } from "./size-rule.ts";
import { pageTemplate } from "./template.ts";

export interface WritePageOptions {
  /** Folder in which the page's program is kept once it was built. */
  readonly cache: string;
  /** Attempts that are not read by then are told as left out; no end where it is absent. */
  readonly budgetMs?: number;
}

async function readReport(directory: string): Promise<ConformanceReport> {
  const path = join(directory, "conformance-report.yaml");
  try {
    // The schema says what the type says; only the brands of optional fields differ.
    return reportSchema.parse(parseYaml(await readFile(path, "utf8"))) as ConformanceReport;
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new HarnessError(
      "args/bad-run",
      `${path} cannot be read: ${why}\nFix: give the directory of a run, out/RUN-ID, as the run left it.`,
      { cause },
    );
  }
}

/** Reads recordings of a run; the last few are kept, since many attempts are compared with one. */
class Recordings {
  readonly #known = new Map<string, Promise<Recording | undefined>>();
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Undefined where it cannot be read. */
  read({ evidence }: ReportedAttempt): Promise<Recording | undefined> {
    if (evidence === undefined) return Promise.resolve(undefined);
    const known = this.#known.get(evidence);
    if (known) return known;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= 3 && oldest !== undefined) this.#known.delete(oldest);
    // A damaged attempt is told on the page; it must not take the page away.
    const reading = readRecording(join(this.#directory, evidence)).catch(() => undefined);
    this.#known.set(evidence, reading);
    return reading;
  }
}

/** The attempt without a fault in the world of this one. */
async function referenceOf(
  attempt: ReportedAttempt,
  recording: Recording,
  { results }: ConformanceReport,
  recordings: Recordings,
): Promise<Recording | undefined> {
  const { plan } = recording;
  if ((plan.faults?.length ?? 0) === 0) return undefined;
  const candidates = results
    .filter(
      (one) => one.engine === attempt.engine && one.scenario === attempt.scenario && one.faults === undefined,
    )
    .toSorted((one, other) => Number(other.role === "index") - Number(one.role === "index"));
  for (const candidate of candidates) {
    const reference = await recordings.read(candidate);
    const world = reference && (reference.plan.world ?? reference.plan.id);
    if (reference?.plan.seed === plan.seed && world === plan.world) return reference;
  }
  return undefined;
}

interface Collected {
  readonly findings: PageFinding[];
  readonly missing: Map<string, Missing>;
  readonly machines: Machine[];
}

/** Reads the attempts, the most important first, until all are read or there is enough for a page. */
async function collect(
  report: ConformanceReport,
  recordings: Recordings,
  budgetMs: number,
): Promise<Collected> {
  const deadline = performance.now() + budgetMs;
  const places = new Map(report.results.map((attempt, place) => [attempt.id, place]));
  const { findings, missing, machines }: Collected = { findings: [], missing: new Map(), machines: [] };
  let bytes = 0;
  for (const attempt of byImportance(report.results)) {
    const place = places.get(attempt.id) ?? 0;
    const own = findingsOf(attempt);
    const isLate = performance.now() > deadline;
    // What passed is only read for its time machine.
    const isRead = !isLate && (own.length > 0 || bytes < pageSizeLimit);
    const recording = isRead ? await recordings.read(attempt) : undefined;
    const reference =
      recording && own.length > 0 && attempt.level !== "power"
        ? await referenceOf(attempt, recording, report, recordings)
        : undefined;
    // What is wrong with a mutant is no finding of this run.
    if (attempt.level !== "power") findings.push(...pageFindings(attempt, place, recording, reference));
    if (recording === undefined) {
      const why = attempt.evidence === undefined ? "none" : isLate ? "time" : isRead ? "unreadable" : "size";
      missing.set(attempt.id, why);
    } else if (bytes < pageSizeLimit) {
      const machine = compress(attemptData(recording, own));
      bytes += machine.length;
      machines.push({ attempt: place, bytes: machine });
    }
  }
  return { findings, missing, machines };
}

/**
 * Makes `report.html` from what a run left in its directory.
 *
 * @returns its path
 * @throws {HarnessError} `args/bad-run` where there is no report, `machine/disk-full`, `run/internal`
 */
export async function writePage(directory: string, { cache, budgetMs }: WritePageOptions): Promise<string> {
  const report = await readReport(directory);
  const collected = await collect(report, new Recordings(directory), budgetMs ?? Number.POSITIVE_INFINITY);
  const html = renderPage(await pageTemplate(cache), { report, ...collected });
  const path = join(directory, "report.html");
  await writeWhole(path, html);
  return path;
}
