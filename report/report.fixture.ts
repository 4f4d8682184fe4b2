import type { AttemptResult } from "../harness/model/attempt-result.ts";
import type { EngineProfile } from "../harness/model/engine.ts";
import type { Plan } from "../harness/model/plan.ts";
import type { Profile } from "../harness/model/profile.ts";
import type { Recording } from "../harness/model/recording.ts";
import type { StateItem } from "../harness/model/state.ts";
import type { Finding, Verdict } from "../harness/model/verdict.ts";
import { describeAttempt } from "./attempt-entry.ts";
import { buildManifest, type ManifestInput } from "./manifest.ts";
import type { RunManifest } from "./manifest-schema.ts";
import type { ReportedAttempt } from "./schema.ts";

/** The MARK rule of a pod that is gone. */
export const markRule: StateItem = {
  family: "iptables-legacy",
  table: "mangle",
  chain: "KUBE-VIP-EGRESS",
  kind: "rule",
  text: '-A KUBE-VIP-EGRESS -s 10.244.0.7/32 -m comment --comment "a & b" -j MARK --set-xmark 0x40/0x40',
  tokens: [
    { kind: "addresses", family: 4, first: "10.244.0.7", last: "10.244.0.7" },
    { kind: "mark", value: "0x40/0x40" },
  ],
};

export const finding: Finding = {
  oracle: "retired-identity",
  level: "core",
  node: "n1",
  item: markRule,
  why: "the rule names 10.244.0.7, which nothing has named since step moved.",
  owner: "Service lp-a1/web, whose endpoint is 10.244.0.9 now",
  firstSeen: { step: "created", atMs: 1_240 },
  step: "moved",
  packet: "10.244.0.7 -> 203.0.113.9 leaves with the source 172.30.1.200",
};

export const engineProfile: EngineProfile = {
  features: ["egress"],
  keeps: [{ title: "base chain", chain: "KUBE-VIP-.*", kinds: ["chain"], reason: "never removed by design" }],
  keepsObjects: [{ kind: "Lease", name: "plndr-.*", reason: "election" }],
  constants: [{ cidr: "10.0.0.0/16", reason: "default of the flag" }],
  sharedRoutes: { table: 198, protocol: 248 },
  exit: { policy: "cleans", except: [] },
  worstCaseMs: 10_000,
  settleMs: 500,
};

const profile: Profile = {
  apiVersion: "leakproof.dev/v1",
  kind: "Profile",
  name: "egress-snat",
  version: "1",
  title: "Egress",
  limits: { convergenceMs: 30_000, apiOutageMs: 3_000, exitMs: 10_000 },
  scenarios: [{ name: "egress-moves", level: "core" }],
  engines: [],
};

/** A plan of kube-vip for tests. */
export function planOf(id: string, scenario: string): Plan {
  return {
    schemaVersion: 1,
    id,
    scenario,
    engine: { name: "kube-vip", version: "v0.8.4", variant: "rt", options: {} },
    engineDigest: "d".repeat(64),
    settings: { egressCidrs: { pod: "10.244.0.0/16", service: "10.96.0.0/12" } },
    limits: profile.limits,
    seed: 99,
  };
}

const label = "kube-vip@v0.8.4/rt";

const input: ManifestInput = {
  run: {
    id: "2026-09-01-abc",
    startedAt: "2026-09-01T10:00:00.000Z",
    seed: 7,
    commandLine: ["--engine", "kube-vip@v0.8.4"],
    clusters: 2,
    suiteVersion: "0.1.0",
  },
  profile,
  spec: "5".repeat(64),
  engines: [
    {
      label,
      argument: label,
      selection: planOf("x", "x").engine,
      profile: engineProfile,
      program: { sha256: "d".repeat(64), source: "engine-binary", path: "/opt/kube vip" },
    },
  ],
  environment: {
    provider: "sandbox",
    asRoot: false,
    os: "Debian GNU/Linux 12",
    kernel: "6.18.0",
    arch: "x64",
    cpus: 2,
    memoryBytes: 8_000_000_000,
    tools: { iptables: "iptables v1.8.9" },
    kubernetes: "v1.36.3",
    etcd: "3.6.16",
    controlPlaneSource: "build",
  },
  attempts: [
    { plan: planOf("kv.moves", "egress-moves"), level: "core", engine: label },
    { plan: planOf("kv.deleted", "egress-deleted"), level: "core", engine: label },
    { plan: planOf("kv.race", "egress-race"), level: "extended", engine: label },
    { plan: planOf("kv.v6", "egress-ipv6"), level: "core", engine: label, unsupported: "egress-ipv6" },
  ],
};

/** Four attempts of kube-vip: two of Core, one of Extended, one of a feature that it does not claim. */
export const manifest: RunManifest = buildManifest(input);

/** A recording with one snapshot a step; the rule is there in both. */
export function recordingOf(plan: Plan): Recording {
  return {
    schemaVersion: 1,
    plan,
    events: [
      {
        kind: "begin",
        atMs: 0,
        nodes: [{ name: "n1", ipv4: "172.30.1.10", ipv6: "fd00::10" }],
        engineProfile,
        networks: [],
      },
      {
        kind: "kernel-write",
        atMs: 1_100,
        node: "n1",
        pid: 9,
        argv: ["iptables"],
        index: 1,
        call: "setsockopt",
        what: "IPT_SO_SET_REPLACE mangle",
        write: "rules",
      },
      { kind: "snapshot", atMs: 1_200, node: "n1", step: "created", moment: "step", digest: "aaa" },
      { kind: "snapshot", atMs: 2_200, node: "n2", step: "moved", moment: "step", digest: "ccc" },
      { kind: "snapshot", atMs: 2_300, node: "n1", step: "moved", moment: "step", digest: "bbb" },
      { kind: "end", atMs: 3_000 },
    ],
    snapshots: { aaa: [markRule], bbb: [markRule, { ...markRule, text: "other" }], ccc: [] },
  };
}

export const failed: Verdict = { kind: "fail", findings: [finding] };

/** What the runner hands over for the attempt of the fixture's manifest that has this id. */
export function resultOf(id: string, verdict: Verdict): AttemptResult {
  const planned = manifest.attempts.find((attempt) => attempt.id === id);
  const plan = planOf(id, planned?.scenario ?? id);
  return {
    plan,
    verdict,
    recording: recordingOf(plan),
    engineLogs: { n1: "started\n" },
    startedAt: "2026-09-01T10:00:01.000Z",
    durationMs: 3_000,
  };
}

/** The report's entry of that result. */
export function entryOf(id: string, verdict: Verdict): ReportedAttempt {
  const planned = manifest.attempts.find((attempt) => attempt.id === id);
  if (planned === undefined) throw new Error(`the fixture has no attempt ${id}`);
  return describeAttempt(manifest, planned, resultOf(id, verdict));
}
