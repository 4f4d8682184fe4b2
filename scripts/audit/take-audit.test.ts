import { describe, expect, it } from "vitest";
import { auditExitCode } from "../../harness/audit/audit.ts";
import { nodeObject, podObject, serviceObject, sliceObject } from "../../harness/audit/testing.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { dumpCommands } from "../../harness/state/dump-commands.ts";
import { unaskedOfOthers } from "../../harness/state/partial-sight.ts";
import type { AuditOptions } from "./options.ts";
import type { ObjectsSource } from "./read-objects.ts";
import { takeAudit } from "./take-audit.ts";

const mark = "eb6a9d78-8abc-4d3f-bb49-10ee3d790477";
const json = new Set(["links", "routes-4", "routes-6", "rules-4", "rules-6", "neighbours", "proxies"]);

/** What the dump script prints on a node with these rules. */
function dumpWith(rules: string): string {
  const stdoutOf = (name: string): string => {
    if (json.has(name)) return "[]";
    if (name === "nftables") return '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}';
    return name === "iptables-nft" ? rules : "";
  };
  const sections = dumpCommands
    .filter(({ name }) => !unaskedOfOthers.has(name))
    .map(
      ({ name, onlyIfExists }) =>
        `\n${mark} ${onlyIfExists === undefined ? "begin" : "absent"} ${name}\n${onlyIfExists === undefined ? `${stdoutOf(name)}\n${mark} stderr\n\n${mark} exit 0\n` : ""}`,
    );
  return `leakproof-dump 1 ${mark}\n${sections.join("")}\n${mark} end\n`;
}

const orphan =
  '-A POSTROUTING -s 10.244.0.9/32 -m mark --mark 0x40/0x40 -m comment --comment "a3ViZS12aXAK=kube-vip-shop" -j SNAT --to-source 172.31.0.5';
const leaking = dumpWith(`*nat\n:POSTROUTING ACCEPT [0:0]\n${orphan}\nCOMMIT\n`);

const objects: ObjectsSource = {
  read: async () => ({
    objects: [
      serviceObject({}, { annotations: { "kube-vip.io/loadbalancerIPs": "172.31.0.5" } }),
      sliceObject(),
      nodeObject(),
      podObject("kube-vip", "172.30.1.10", "ghcr.io/kube-vip/kube-vip:v0.8.4"),
    ],
    kinds: new Set(["Service", "EndpointSlice", "Node", "Pod"]),
    problems: [],
  }),
};

/** A node that gives these dumps, one a look; without one it does not answer. */
function nodeWith(name: string, ...dumps: readonly (string | undefined)[]): AuditOptions["sources"][number] {
  const left = [...dumps];
  return {
    kind: "node",
    name,
    async ask(script) {
      if (!script.includes("leakproof-dump")) return "";
      const dump = left.shift();
      if (dump === undefined)
        throw new HarnessError("cluster/api-failed", "exec failed.\nSaw: no route to host");
      return dump;
    },
  };
}
const audit = async (...sources: AuditOptions["sources"]) => {
  const options: AuditOptions = {
    sources,
    objects: { kind: "in-cluster" },
    engines: [],
    cidrs: [],
    betweenMs: 1,
    format: "json",
    plan: false,
  };
  return (await takeAudit({ options, issues: new Map() }, objects)).report;
};

describe("an audit of several nodes", () => {
  it("names what is on each, by its Node", async () => {
    const report = await audit(nodeWith("a", leaking, leaking), nodeWith("b", dumpWith(""), dumpWith("")));
    expect(report.findings.map(({ kind, node, text }) => [kind, node, text])).toEqual([
      ["orphan", "a", orphan],
    ]);
    expect(report.nodes.map(({ name }) => name)).toEqual(["a", "b"]);
    expect([report.problems, auditExitCode(report)]).toEqual([[], 1]);
  });

  it.each([
    ["never", [undefined, undefined]],
    ["only once", [leaking, undefined]],
  ] as const)("cannot tell of a node that answers %s, and says so", async (_, dumps) => {
    const report = await audit(nodeWith("a", dumpWith(""), dumpWith("")), nodeWith("b", ...dumps));
    expect(report.findings).toEqual([]);
    expect(report.nodes.map(({ name }) => name)).toEqual(["a"]);
    expect(report.problems).toEqual([
      { where: "b", what: "cannot be looked at: exec failed. Saw: no route to host" },
    ]);
    expect(auditExitCode(report)).toBe(2);
  });

  it("takes no rule for left behind that one look alone shows", async () => {
    const report = await audit(nodeWith("a", leaking, dumpWith("")), nodeWith("b", dumpWith(""), leaking));
    expect([report.findings, auditExitCode(report)]).toEqual([[], 0]);
  });
});
