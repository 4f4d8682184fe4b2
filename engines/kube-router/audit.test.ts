import { describe, expect, it } from "vitest";
import {
  auditOf,
  ipsets,
  nodeObject,
  podObject,
  rules,
  serviceObject,
  sliceObject,
  told,
} from "../../harness/audit/testing.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { parseLinks } from "../../harness/state/links.ts";
import { signs } from "./audit.ts";

const objects = [serviceObject(), sliceObject(), nodeObject(), podObject("web-a", "10.244.0.5")];
const network = {
  apiVersion: "networking.k8s.io/v1",
  kind: "ServiceCIDR",
  metadata: { name: "kubernetes" },
  spec: { cidrs: ["10.96.0.0/12"] },
};

const link = parseLinks(
  JSON.stringify([
    {
      ifname: "eth0",
      flags: ["UP"],
      mtu: 1500,
      addr_info: [{ family: "inet", local: "172.30.1.10", prefixlen: 24, scope: "global" }],
    },
  ]),
);
const header = "hash:ip family inet timeout 0";
const sets = (
  svip: readonly string[],
  local: readonly string[],
  pairs = ["10.96.0.10,tcp:80"],
): readonly StateItem[] =>
  ipsets(
    [
      `create kube-router-local-ips ${header}`,
      ...local.map((address) => `add kube-router-local-ips ${address} timeout 0`),
      `create kube-router-svip ${header}`,
      ...svip.map((address) => `add kube-router-svip ${address} timeout 0`),
      "create kube-router-svip-prt hash:ip,port family inet timeout 0",
      ...pairs.map((pair) => `add kube-router-svip-prt ${pair} timeout 0`),
      "",
    ].join("\n"),
  );
const services = rules("filter", [
  '-A INPUT -m comment --comment "handle traffic to IPVS service IPs in custom chain" -m set --match-set kube-router-svip dst -j KUBE-ROUTER-SERVICES',
  "-A KUBE-ROUTER-SERVICES -m set --match-set kube-router-svip-prt dst,dst -j ACCEPT",
  "-A KUBE-ROUTER-SERVICES -m set ! --match-set kube-router-local-ips dst -j REJECT --reject-with icmp-port-unreachable",
]);
const range = (name: string, hash: string): string =>
  `-A KUBE-ROUTER-INPUT -d 10.96.0.0/12 -m comment --comment "allow traffic to ${name} - ${hash}" -j RETURN`;
const newRange = range("primary/secondary cluster IP range", "BVHX2PIHDXXEO43X");
const oldRange = range("cluster IP", "4H2UH6XHRCCZXCYQ");
const nodePorts =
  '-A KUBE-ROUTER-INPUT -p tcp -m comment --comment "allow LOCAL TCP traffic to node ports - LR7XO7NXDBGQJD2M" -m addrtype --dst-type LOCAL -m multiport --dports 30000:32767 -j RETURN';
const jump = '-A INPUT -m comment --comment "kube-router netpol - 4IA2OSFRMVNDXBVV" -j KUBE-ROUTER-INPUT';

const all = (items: readonly StateItem[]): readonly string[] =>
  told(auditOf(signs, [...link, ...items], [...objects, network]));

describe("what kube-router left behind", () => {
  it("is nothing where rules, sets and objects agree", () => {
    const firewall = rules("filter", [jump, newRange, nodePorts]);
    expect(all([...services, ...sets(["10.96.0.10"], ["172.30.1.10"]), ...firewall])).toEqual([]);
  });

  it("is a rule of v1.x beside that of v2, wherever it stands, and never the one that v2 keeps", () => {
    const accept = (chain: string, words: string): string =>
      `-A ${chain} -m comment --comment "${words}" -m mark --mark 0x20000/0x20000 -j ACCEPT`;
    const [before, after] = [
      "explicitly ACCEPT traffic that complies with network policies",
      "rule to explicitly ACCEPT traffic that comply to network policies",
    ];
    const kept = [newRange, accept("KUBE-ROUTER-INPUT", after), accept("KUBE-ROUTER-OUTPUT", after)];
    const left = [oldRange, accept("KUBE-ROUTER-INPUT", before), accept("KUBE-ROUTER-OUTPUT", before)];
    const leads = [jump, jump.replaceAll("INPUT", "OUTPUT")];
    for (const state of [
      [...leads, ...left, ...kept],
      [...leads, ...kept, ...left],
    ]) {
      const { findings } = auditOf(signs, [...link, ...rules("filter", state)], [...objects, network]);
      expect(findings.map(({ text }) => text).toSorted()).toEqual(left.toSorted());
      for (const { kind, looksLike, owner } of findings) {
        expect(kind).toBe("stale-value");
        expect(looksLike?.links).toEqual(["https://github.com/cloudnativelabs/kube-router/issues/1675"]);
        expect(owner).toBeUndefined();
      }
    }
    expect(all(rules("filter", [...leads, ...left]))).toEqual([]);
  });

  it("is a rule that stands twice", () => {
    const { findings } = auditOf(
      signs,
      [...link, ...rules("filter", [jump, newRange, nodePorts, nodePorts])],
      [...objects, network],
    );
    expect(findings.map(({ kind, text, why }) => [kind, text, why])).toEqual([
      ["duplicate", nodePorts, "stands 2 times in its chain"],
    ]);
    expect(findings[0]?.looksLike?.firstGood).toBe("v2.1.3");
  });

  it("is a VIP of no Service, alone and with a port, and a port that the Service does not have", () => {
    const state = sets(
      ["10.96.0.10", "10.96.0.99"],
      ["172.30.1.10"],
      ["10.96.0.99,tcp:80", "10.96.0.10,tcp:81"],
    );
    expect(all([...services, ...state])).toEqual([
      "orphan names 10.96.0.99, which is the address of no Service",
      "orphan names 10.96.0.99, which is the address of no Service",
      "stale-value names port tcp/81, which Service shop/web does not have",
    ]);
  });

  it("is a node that refuses itself: its address is a service address and no local one", () => {
    const state = sets(["10.96.0.10", "172.30.1.10"], []);
    const { findings } = auditOf(signs, [...link, ...services, ...state], [...objects, network]);
    expect(findings.map(({ kind, text }) => [kind, text])).toEqual([
      ["missing", "add kube-router-svip 172.30.1.10 timeout 0"],
    ]);
    expect(findings[0]?.looksLike?.firstGood).toBe("v2.6.2");
    expect(all([...services, ...sets(["10.96.0.10", "172.30.1.10"], ["172.30.1.10"])])).toEqual([]);
  });

  it("is a local address that the node does not have any more", () => {
    expect(all([...services, ...sets(["10.96.0.10"], ["172.30.1.10", "172.30.1.77"])])).toEqual([
      "stale-value names 172.30.1.77, which this node does not have",
    ]);
  });

  it("is the chain of a pod that is gone, by its name", () => {
    const chain = (pod: string): readonly string[] => [
      `-A KUBE-ROUTER-FORWARD -d 10.244.0.5/32 -m comment --comment "rule to jump traffic destined to POD name:${pod} namespace: shop to chain KUBE-POD-FW-AAAAAAAAAAAAAAAA" -j KUBE-POD-FW-AAAAAAAAAAAAAAAA`,
      "-A KUBE-POD-FW-AAAAAAAAAAAAAAAA -j ACCEPT",
    ];
    const top =
      '-A FORWARD -m comment --comment "kube-router netpol - TEMCG2JMHZYE7H7T" -j KUBE-ROUTER-FORWARD';
    expect(all(rules("filter", [top, ...chain("web-a")]))).toEqual([]);
    expect(all(rules("filter", [top, ...chain("web-b")]))).toEqual([
      "orphan is for Pod shop/web-b, which is gone",
    ]);
  });

  it("is a set that nothing looks into: what an interrupted restore leaves", () => {
    const state = ipsets(
      `create TMP-7NXQFIKVAJZZKAKW ${header}\ncreate KUBE-SRC-AAAAAAAAAAAAAAAA ${header}\n`,
    );
    expect(all([...services, ...sets(["10.96.0.10"], ["172.30.1.10"]), ...state])).toEqual([
      "unreferenced nothing leads to it",
      "unreferenced nothing leads to it",
    ]);
  });
});
