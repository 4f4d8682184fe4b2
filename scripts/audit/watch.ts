import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditReport } from "../../harness/audit/audit.ts";
import { type AuditFinding, findingKey } from "../../harness/audit/finding.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { createEventTeller, type EventTeller } from "./events.ts";
import { type AuditMetrics, createMetrics } from "./metrics.ts";
import type { AuditOptions } from "./options.ts";
import type { ObjectsSource } from "./read-objects.ts";
import { judgeRounds, type Judging, type Round, takeRound } from "./take-audit.ts";

type Watch = NonNullable<AuditOptions["watch"]>;

/** Without an audit for so many intervals the process is not healthy. */
const patience = 3;

/** One line of JSON: what a log collector reads. */
function log(
  level: "info" | "warn" | "error",
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}

/** Logs what came and what went since the last report. */
function logChanges(
  report: AuditReport,
  before: ReadonlyMap<string, AuditFinding>,
): ReadonlyMap<string, AuditFinding> {
  const now = new Map(report.findings.map((finding) => [findingKey(finding), finding]));
  for (const [key, finding] of now) if (!before.has(key)) log("warn", "found", { finding });
  for (const [key, finding] of before) if (!now.has(key)) log("info", "gone", { finding });
  return now;
}

/** Whether audits are still being made. */
export function isHealthy(
  lastMs: number | undefined,
  startedMs: number,
  nowMs: number,
  everyMs: number,
): boolean {
  // The first audit may take its time; then each has its interval.
  return nowMs - (lastMs ?? startedMs) <= patience * everyMs + 60_000;
}

async function serve(watch: Watch, metrics: AuditMetrics, isWell: () => boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (request.method !== "GET") response.writeHead(405).end();
    else if (path === "/healthz")
      response.writeHead(isWell() ? 200 : 503).end(isWell() ? "ok\n" : "no audit for too long\n");
    else if (path === "/metrics")
      void metrics.render().then(
        (text) => response.writeHead(200, { "content-type": metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    else response.writeHead(404).end();
  });
  server.listen(watch.port, watch.host);
  try {
    await once(server, "listening");
  } catch (thrown) {
    throw new HarnessError(
      "args/bad-value",
      `--listen ${watch.host}:${watch.port} is not possible: ${String(thrown)}\nFix: give another port.`,
      { cause: thrown },
    );
  }
  return server;
}

interface Loop {
  readonly judging: Judging;
  readonly objects: ObjectsSource;
  readonly metrics: AuditMetrics;
  readonly events: EventTeller | undefined;
}

/** One audit: this look and the one before. */
async function auditOnce(
  loop: Loop,
  before: Round,
): Promise<{ readonly round: Round; readonly report: AuditReport }> {
  const { judging, objects, metrics } = loop;
  const began = performance.now();
  const round = await takeRound(judging.options, objects, before);
  const { report } = judgeRounds([before, round], await objects.read(), judging);
  const scanMs = performance.now() - began;
  metrics.observe(report, scanMs, Date.now());
  log("info", "audited", {
    findings: report.findings.length,
    unseen: report.problems,
    scanMs: Math.round(scanMs),
  });
  const told = await loop.events?.tell(report.findings);
  if (told !== undefined && told.made + told.refused > 0)
    log(told.refused > 0 ? "warn" : "info", "events", told);
  return { round, report };
}

/**
 * Audits again and again until `signal` aborts: each look together with the one before, so that an orphan
 * was there in both. A look that fails is logged and counted, and the next is tried.
 *
 * @throws {HarnessError} `args/bad-value` where it cannot listen
 */
export async function watchNode(
  watch: Watch,
  judging: Judging,
  objects: ObjectsSource,
  signal: AbortSignal,
): Promise<void> {
  const metrics = createMetrics();
  const startedMs = Date.now();
  let lastMs: number | undefined;
  const server = await serve(watch, metrics, () => isHealthy(lastMs, startedMs, Date.now(), watch.everyMs));
  log("info", "listening", { host: watch.host, port: watch.port, everyMs: watch.everyMs });
  const events =
    watch.events && objects.api !== undefined ? createEventTeller(objects.api, () => new Date()) : undefined;
  const loop: Loop = { judging, objects, metrics, events };
  let before: Round | undefined;
  let known: ReadonlyMap<string, AuditFinding> = new Map();
  while (!signal.aborted) {
    try {
      if (before === undefined) before = await takeRound(judging.options, objects);
      else {
        const { round, report } = await auditOnce(loop, before);
        before = round;
        lastMs = Date.now();
        known = logChanges(report, known);
      }
    } catch (thrown) {
      metrics.failed();
      log("error", "audit failed", { error: thrown instanceof Error ? thrown.message : String(thrown) });
    }
    // The second look need not wait for the whole interval.
    const waitMs = lastMs === undefined ? Math.min(judging.options.betweenMs, watch.everyMs) : watch.everyMs;
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
  server.close();
  server.closeAllConnections();
}
