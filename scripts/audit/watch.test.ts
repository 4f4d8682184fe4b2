import { describe, expect, it } from "vitest";
import type { AuditReport } from "../../harness/audit/audit.ts";
import type { AuditFinding } from "../../harness/audit/finding.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import { createEventTeller, eventOf } from "./events.ts";
import { createMetrics } from "./metrics.ts";
import { isHealthy } from "./watch.ts";

function finding(pod: string, more: Partial<AuditFinding> = {}): AuditFinding {
  return {
    kind: "orphan",
    engine: "kube-vip",
    node: "node1",
    family: "iptables-nft",
    table: "nat",
    chain: "C",
    text: `-A C -s ${pod}/32 -j DROP`,
    why: `names ${pod}, which no object names`,
    ...more,
  };
}
function report(...findings: readonly AuditFinding[]): AuditReport {
  return {
    schemaVersion: 1,
    takenAt: "2026-11-22T12:00:00.000Z",
    looks: 2,
    nodes: [
      {
        name: "node1",
        engines: [{ engine: "kube-vip", installation: { state: "unknown" }, items: { "iptables-nft": 8 } }],
      },
    ],
    findings,
    problems: [],
  };
}
const valuesOf = (text: string): readonly string[] =>
  text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("metrics", () => {
  it("count items by engine, family and state, and findings by reason", async () => {
    const metrics = createMetrics();
    metrics.observe(
      report(finding("10.0.0.1"), finding("10.0.0.2", { kind: "stale-value" })),
      1_500,
      1_000_000,
    );
    const values = valuesOf(await metrics.render());
    const node = 'node="node1",engine="kube-vip"';
    expect(values).toEqual(
      expect.arrayContaining([
        `leakproof_audit_items{${node},family="iptables-nft",state="orphan"} 1`,
        `leakproof_audit_items{${node},family="iptables-nft",state="stale-value"} 1`,
        `leakproof_audit_items{${node},family="iptables-nft",state="sound"} 6`,
        `leakproof_audit_orphans{${node},reason="orphan"} 1`,
        "leakproof_audit_scan_seconds 1.5",
        'leakproof_audit_scans_total{result="findings"} 1',
        'leakproof_audit_scans_total{result="failed"} 0',
      ]),
    );
  });

  it("tell the age of the oldest, which begins again for one that was away", async () => {
    const metrics = createMetrics();
    const ageOf = async () =>
      valuesOf(await metrics.render()).find((line) => line.startsWith("leakproof_audit_oldest"));
    metrics.observe(report(finding("10.0.0.1")), 1, 0);
    metrics.observe(report(finding("10.0.0.1"), finding("10.0.0.2")), 1, 60_000);
    expect(await ageOf()).toBe('leakproof_audit_oldest_orphan_seconds{node="node1"} 60');
    metrics.observe(report(finding("10.0.0.2")), 1, 90_000);
    expect(await ageOf()).toBe('leakproof_audit_oldest_orphan_seconds{node="node1"} 30');
    metrics.observe(report(), 1, 100_000);
    expect(await ageOf()).toBe('leakproof_audit_oldest_orphan_seconds{node="node1"} 0');
    metrics.observe(report(finding("10.0.0.1")), 1, 120_000);
    expect(await ageOf()).toBe('leakproof_audit_oldest_orphan_seconds{node="node1"} 0');
  });

  it("do not grow with what rules hold", async () => {
    const metrics = createMetrics();
    const lines = async () => valuesOf(await metrics.render()).length;
    metrics.observe(report(finding("10.0.0.1")), 1, 0);
    const before = await lines();
    for (let round = 2; round < 50; round++) metrics.observe(report(finding(`10.0.0.${round}`)), 1, round);
    expect(await lines()).toBe(before);
  });

  it("say that what could not be seen is not clean", async () => {
    const metrics = createMetrics();
    metrics.observe({ ...report(), problems: [{ where: "node1", what: "ipset" }] }, 1, 0);
    const values = valuesOf(await metrics.render());
    expect(values).toContain('leakproof_audit_scans_total{result="could-not-tell"} 1');
    expect(values).toContain("leakproof_audit_unseen 1");
  });
});

describe("Events", () => {
  function fakeApi(status: (name: string) => number) {
    const made: KubeObject[] = [];
    return {
      made,
      create: async (_: string, object: KubeObject) => {
        made.push(object);
        return status(object.metadata.name);
      },
    };
  }
  const now = () => new Date("2026-11-22T12:00:00.500Z");

  it("are made once for each new orphan", async () => {
    const api = fakeApi(() => 201);
    const teller = createEventTeller(api, now);
    expect(await teller.tell([finding("10.0.0.1")])).toEqual({ made: 1, refused: 0 });
    expect(await teller.tell([finding("10.0.0.1")])).toEqual({ made: 0, refused: 0 });
    expect(await teller.tell([finding("10.0.0.1"), finding("10.0.0.2")])).toEqual({ made: 1, refused: 0 });
    expect(api.made).toHaveLength(2);
    expect(api.made[0]).toMatchObject({
      type: "Warning",
      firstTimestamp: "2026-11-22T12:00:00Z",
      involvedObject: { kind: "Node", name: "node1" },
    });
  });

  it("are not made again after a restart, as the API has that name", async () => {
    const api = fakeApi(() => 409);
    expect(await createEventTeller(api, now).tell([finding("10.0.0.1")])).toEqual({ made: 0, refused: 0 });
    expect(eventOf(finding("10.0.0.1"), "t").metadata.name).toBe(
      eventOf(finding("10.0.0.1"), "later").metadata.name,
    );
    expect(eventOf(finding("10.0.0.1"), "t").metadata.name).not.toBe(
      eventOf(finding("10.0.0.2"), "t").metadata.name,
    );
  });

  it("are tried again where the API refused, and are never longer than it takes", async () => {
    const api = fakeApi(() => 403);
    const teller = createEventTeller(api, now);
    expect(await teller.tell([finding("10.0.0.1")])).toEqual({ made: 0, refused: 1 });
    expect(await teller.tell([finding("10.0.0.1")])).toEqual({ made: 0, refused: 1 });
    const long = eventOf(finding("10.0.0.1", { text: "x".repeat(3_000) }), "t");
    expect(String(long["message"])).toHaveLength(1_024);
  });
});

it("is healthy for as long as audits are made", () => {
  expect(isHealthy(undefined, 0, 90_000, 60_000)).toBe(true);
  expect(isHealthy(undefined, 0, 300_000, 60_000)).toBe(false);
  expect(isHealthy(100_000, 0, 300_000, 60_000)).toBe(true);
  expect(isHealthy(100_000, 0, 400_000, 60_000)).toBe(false);
});
