import type { FaultAction } from "../model/fault.ts";

/** One fault on an engine that runs on a real node. */
export interface ContractCase {
  readonly name: string;
  readonly action: FaultAction;
  /** As on the command line, options included. Default: reference. */
  readonly engine?: readonly string[];
  /** Whose settings and canary are taken. Default: one of egress, or of a Service for kube-proxy. */
  readonly scenario?: string;
  /** What gives it something to bite, beside its own doing. Default: `object`, a new object for the engine. */
  readonly stimulus?: "object" | "restart" | "none";
  /** The engine does not look at what it made: what was deleted stays away, and only a new object is programmed. */
  readonly unrepaired?: true;
  /** A set that the engine is taken to have made: no engine of ours has any. */
  readonly withSet?: true;
  /** What its evidence must say. */
  readonly evidence: string;
}

const legacy = ["reference", "--engine-option", "backend=legacy"] as const;
const proxy = (mode: string): readonly string[] => [`kube-proxy/${mode}`];
const failing = (tool: string): FaultAction => ({
  kind: "tool-fails",
  tool,
  exitCode: 4,
  stderr: "Resource temporarily unavailable.",
  times: 2,
});
const deleting = (of: "rule" | "chain" | "member" | "route", pick = 0): FaultAction => ({
  kind: "foreign-deletion",
  of,
  pick,
});

/** Every kind at least once. */
export const contractCases: readonly ContractCase[] = [
  { name: "kill, tree", action: { kind: "kill", scope: "tree" }, evidence: "SIGKILL" },
  { name: "kill, engine alone", action: { kind: "kill", scope: "engine" }, evidence: "SIGKILL" },
  { name: "terminate", action: { kind: "terminate" }, evidence: "SIGTERM" },
  { name: "pause", action: { kind: "pause", forMs: 1_500 }, evidence: "SIGSTOP" },
  {
    name: "restart-loop",
    action: { kind: "restart-loop", times: 2 },
    evidence: "killed and started 2 times",
  },
  { name: "hold", action: { kind: "hold" }, stimulus: "none", evidence: "held" },
  {
    name: "hurry",
    action: { kind: "hurry", gapMs: 20 },
    stimulus: "none",
    evidence: "were sent 2",
  },
  {
    name: "xtables-lock",
    action: { kind: "xtables-lock" },
    engine: legacy,
    evidence: "waits for the lock: ip",
  },
  { name: "tool-fails, iptables", action: failing("iptables*-restore"), evidence: "exit code 4" },
  {
    name: "tool-fails, ip",
    action: failing("ip"),
    scenario: "route-several-services",
    evidence: "exit code 4 instead of: ip -4",
  },
  {
    name: "tool-fails, iptables of kube-proxy",
    action: failing("iptables*"),
    engine: proxy("iptables"),
    evidence: "exit code 4 instead of: iptables-restore",
  },
  {
    name: "tool-fails, nft of kube-proxy",
    action: failing("nft"),
    engine: proxy("nftables"),
    evidence: "exit code 4 instead of: nft -f -",
  },
  {
    name: "call-fails",
    action: { kind: "call-fails", error: "EBUSY", times: 1 },
    evidence: "EBUSY",
  },
  {
    name: "set-in-use",
    action: { kind: "set-in-use" },
    withSet: true,
    evidence: "1 references instead of 0",
  },
  { name: "link-down", action: { kind: "link-down" }, evidence: "eth0 is down" },
  { name: "foreign-deletion, rule", action: deleting("rule"), evidence: "deleted: [iptables-nft" },
  { name: "foreign-deletion, chain", action: deleting("chain"), evidence: "deleted: [iptables-nft" },
  {
    name: "foreign-deletion, rule of legacy tables",
    action: deleting("rule", 1),
    engine: legacy,
    evidence: "deleted: [iptables-legacy",
  },
  {
    name: "foreign-deletion, route",
    action: deleting("route"),
    scenario: "route-several-services",
    evidence: "deleted: [route",
  },
  {
    name: "foreign-deletion, member of an ipset",
    action: deleting("member"),
    withSet: true,
    evidence: "deleted: [ipset",
  },
  ...(["rule", "chain", "member"] as const).map((of) => ({
    name: `foreign-deletion, ${of} of native nft`,
    action: deleting(of),
    engine: proxy("nftables"),
    unrepaired: true as const,
    evidence: "deleted: [nftables ip",
  })),
  { name: "node-reboot", action: { kind: "node-reboot" }, evidence: "the kernel state is gone" },
  {
    name: "node-reboot, kube-proxy",
    action: { kind: "node-reboot" },
    engine: proxy("nftables"),
    evidence: "the kernel state is gone",
  },
  {
    name: "pod-deleted, at once",
    action: { kind: "pod-deleted", graceSeconds: 0 },
    evidence: "with 0 s of grace: the engine is gone",
  },
  {
    name: "pod-deleted, with grace",
    action: { kind: "pod-deleted", graceSeconds: 30 },
    evidence: "with 30 s of grace: the engine is gone",
  },
  { name: "daemon-set-rolled", action: { kind: "daemon-set-rolled" }, evidence: "rolled to revision 1" },
  {
    name: "kubelet-stopped",
    action: { kind: "kubelet-stopped" },
    evidence: "kubelet is stopped: the engine's container ended",
  },
  { name: "image-missing", action: { kind: "image-missing" }, evidence: "ErrImageNeverPull" },
  {
    name: "node-restarted",
    action: { kind: "node-restarted" },
    evidence: "the kernel state and the engine are gone",
  },
  { name: "api-latency", action: { kind: "api-latency", delayMs: 200 }, stimulus: "restart", evidence: "" },
  {
    name: "api-status",
    action: { kind: "api-status", status: 500, times: 2 },
    stimulus: "restart",
    evidence: "500",
  },
  { name: "api-watch-cut", action: { kind: "api-watch-cut" }, evidence: "" },
  { name: "api-watch-gone", action: { kind: "api-watch-gone" }, evidence: "" },
  { name: "api-stale", action: { kind: "api-stale" }, evidence: "" },
  { name: "api-down", action: { kind: "api-down" }, stimulus: "restart", evidence: "" },
  { name: "api-server-restart", action: { kind: "api-server-restart" }, evidence: "" },
];
