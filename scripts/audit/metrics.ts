import { Counter, Gauge, Registry } from "prom-client";
import { auditExitCode, type AuditReport } from "../../harness/audit/audit.ts";
import { findingKey } from "../../harness/audit/finding.ts";

/** Prometheus metrics of audits that follow each other. Labels are nodes, engines, families and kinds: never what a rule holds. */
export interface AuditMetrics {
  /** Takes a report in, as of `nowMs`; `scanMs` is how long it took. */
  observe(report: AuditReport, scanMs: number, nowMs: number): void;
  /** Counts an audit that could not be made. */
  failed(): void;
  render(): Promise<string>;
  readonly contentType: string;
}

function createGauges(registry: Registry) {
  const make = (name: string, help: string, labelNames: readonly string[] = []): Gauge =>
    new Gauge({ name: `leakproof_audit_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  return {
    items: make("items", "Items of an engine on a node, by what is wrong with them (sound: nothing).", [
      "node",
      "engine",
      "family",
      "state",
    ]),
    orphans: make("orphans", "Findings that were there in two looks, by reason.", [
      "node",
      "engine",
      "reason",
    ]),
    oldest: make(
      "oldest_orphan_seconds",
      "Since when the oldest finding is known to this process; 0 without any.",
      ["node"],
    ),
    scan: make("scan_seconds", "How long the last audit took."),
    last: make("last_scan_timestamp_seconds", "When the last audit was made, seconds since 1970."),
    unseen: make(
      "unseen",
      "What the last audit could not see: tools that failed, objects that may not be listed.",
    ),
  };
}

function countItems(items: Gauge, report: AuditReport): void {
  items.reset();
  const wrong = new Map<string, number>();
  for (const { node, engine, family = "", kind } of report.findings) {
    if (family === "") continue;
    items.inc({ node, engine, family, state: kind });
    const key = `${node}|${engine}|${family}`;
    wrong.set(key, (wrong.get(key) ?? 0) + 1);
  }
  for (const { name, engines } of report.nodes) {
    for (const { engine, items: counts } of engines) {
      for (const [family, count] of Object.entries(counts)) {
        const sound = count - (wrong.get(`${name}|${engine}|${family}`) ?? 0);
        items.set({ node: name, engine, family, state: "sound" }, Math.max(0, sound));
      }
    }
  }
}

/** Keeps since when each finding is known; gives the age of the oldest by node, ms. */
function createAges(): (report: AuditReport, nowMs: number) => ReadonlyMap<string, number> {
  const firstSeen = new Map<string, number>();
  return (report, nowMs) => {
    const keys = new Set(report.findings.map(findingKey));
    for (const key of firstSeen.keys()) if (!keys.has(key)) firstSeen.delete(key);
    const oldest = new Map(report.nodes.map(({ name }) => [name, 0]));
    for (const finding of report.findings) {
      const since = firstSeen.get(findingKey(finding)) ?? nowMs;
      firstSeen.set(findingKey(finding), since);
      oldest.set(finding.node, Math.max(oldest.get(finding.node) ?? 0, nowMs - since));
    }
    return oldest;
  };
}

/** Metrics in a registry of their own. */
export function createMetrics(): AuditMetrics {
  const registry = new Registry();
  const gauges = createGauges(registry);
  const agesOf = createAges();
  const scans = new Counter({
    name: "leakproof_audit_scans_total",
    help: "Audits made, by result.",
    labelNames: ["result"],
    registers: [registry],
  });
  for (const result of ["clean", "findings", "could-not-tell", "failed"]) scans.inc({ result }, 0);
  const results = ["clean", "findings", "could-not-tell"] as const;
  return {
    observe(report, scanMs, nowMs) {
      countItems(gauges.items, report);
      gauges.oldest.reset();
      for (const [node, ageMs] of agesOf(report, nowMs)) gauges.oldest.set({ node }, ageMs / 1_000);
      gauges.orphans.reset();
      for (const { node, engine, kind } of report.findings)
        gauges.orphans.inc({ node, engine, reason: kind });
      gauges.scan.set(scanMs / 1_000);
      gauges.last.set(nowMs / 1_000);
      gauges.unseen.set(report.problems.length);
      scans.inc({ result: results[auditExitCode(report)] });
    },
    failed: () => scans.inc({ result: "failed" }),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
