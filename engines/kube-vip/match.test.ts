import { describe, expect, it } from "vitest";
import { isMatch } from "../../harness/model/matcher.ts";
import type { Intent, Settings } from "../../harness/model/scenario.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { parseIptablesSave } from "../../harness/state/iptables.ts";
import { parseNftRuleset } from "../../harness/state/nftables.ts";
import { parseRoutes } from "../../harness/state/routes.ts";
import { match } from "./match.ts";
import { profile } from "./profile.ts";
import { contextOf, select } from "./testing.ts";

const comment = '-m comment --comment "a3ViZS12aXAK=kube-vip-lp-a1"';

/** What v0.8.5 wrote for a pod, as iptables-legacy-save printed it; v0.8.4 left the rules of 10.244.1.4. */
function iptables(
  pods: readonly string[],
  family: "iptables-legacy" | "iptables-nft" = "iptables-legacy",
): readonly StateItem[] {
  const text = [
    "*nat",
    ":POSTROUTING ACCEPT [0:0]",
    ...pods.map(
      (pod) =>
        `-A POSTROUTING -s ${pod}/32 -m mark --mark 0x40/0x40 ${comment} -j SNAT --to-source 172.31.9.50`,
    ),
    "COMMIT",
    "*mangle",
    ":PREROUTING ACCEPT [0:0]",
    ":KUBE-VIP-EGRESS - [0:0]",
    `-A PREROUTING ${comment} -j KUBE-VIP-EGRESS`,
    `-A KUBE-VIP-EGRESS -d 10.244.0.0/16 ${comment} -j RETURN`,
    `-A KUBE-VIP-EGRESS -d 10.97.0.0/16 ${comment} -j RETURN`,
    ...pods.map((pod) => `-A KUBE-VIP-EGRESS -s ${pod}/32 ${comment} -j MARK --set-xmark 0x40/0x40`),
    "COMMIT",
    "",
  ];
  return parseIptablesSave(family, text.join("\n")).items;
}

/** What v1.2.3 wrote, as `nft -j list ruleset` printed it. */
function nftables(pod?: string): readonly StateItem[] {
  const table = { family: "ip", table: "kube_vip_v4" };
  const chain = "kube_vip_snat_3c57defb-29c7-4a06-b01b-1475f3e27722";
  const daddr = { payload: { protocol: "ip", field: "daddr" } };
  const not = (first: string, last: string) => ({
    match: { op: "!=", left: daddr, right: { range: [first, last] } },
  });
  const expr = [
    { match: { op: "==", left: { payload: { protocol: "ip", field: "saddr" } }, right: { set: [pod] } } },
    not("10.244.0.0", "10.244.255.255"),
    not("10.97.0.0", "10.97.255.255"),
    { snat: { addr: "172.31.9.50" } },
  ];
  const made = [
    {
      chain: {
        ...table,
        name: chain,
        handle: 1,
        type: "nat",
        hook: "postrouting",
        prio: 100,
        policy: "accept",
      },
    },
    { rule: { ...table, chain, handle: 3, expr } },
  ];
  const nftJson = [
    { metainfo: {} },
    { table: { family: "ip", name: "kube_vip_v4", handle: 9 } },
    ...(pod === undefined ? [] : made),
  ];
  const none = { items: [], tables: new Set<string>(), incompatible: new Set<string>() };
  return parseNftRuleset(JSON.stringify({ nftables: nftJson }), { ip: none, ip6: none }).items;
}

function routes(table: number, protocol: number, dst = "172.31.9.50"): readonly StateItem[] {
  return parseRoutes(
    4,
    JSON.stringify([{ type: 1, dst, dev: "eth0", table, protocol, scope: 0, flags: [] }]),
  );
}

function matched(
  intent: Intent,
  items: readonly StateItem[],
  version: string,
  settings: Settings = {},
  options: Record<string, string> = {},
): readonly number[] {
  return match(intent, contextOf(version, settings, options)).map(
    (matcher) => items.filter((item) => isMatch(matcher, item)).length,
  );
}

const egress = (pod: string): Intent => ({ kind: "egress", node: "lp-n1", pod, vip: "172.31.9.50" });
const exempt = (cidr: string): Intent => ({ kind: "egress-exempt", node: "lp-n1", cidr });
const route: Intent = { kind: "route", node: "lp-n1", vip: "172.31.9.50" };

describe("match by iptables", () => {
  it("finds the mark and the SNAT of a pod, and of that pod alone", () => {
    const items = iptables(["10.244.1.5"]);
    expect(matched(egress("10.244.1.5"), items, "v0.8.5")).toEqual([1, 1]);
    expect(matched(egress("10.244.1.4"), items, "v0.8.5")).toEqual([0, 0]);
    expect(matched(egress("10.244.1.50"), items, "v0.8.5")).toEqual([0, 0]);
    expect(matched(egress("10.244.1.4"), iptables(["10.244.1.5", "10.244.1.4"]), "v0.8.4")).toEqual([1, 1]);
  });

  it("looks at the back end that the options choose", () => {
    const options = { egress_withnftables: "true" };
    expect(
      matched(egress("10.244.1.5"), iptables(["10.244.1.5"], "iptables-nft"), "v0.8.5", {}, options),
    ).toEqual([1, 1]);
    expect(matched(egress("10.244.1.5"), iptables(["10.244.1.5"]), "v0.8.5", {}, options)).toEqual([0, 0]);
    expect(
      matched(egress("10.244.1.5"), iptables(["10.244.1.5"]), "v1.2.3", {}, { egress_withnftables: "false" }),
    ).toEqual([1, 1]);
  });

  it("finds the exemption of exactly that network", () => {
    expect(matched(exempt("10.244.0.0/16"), iptables([]), "v0.8.5")).toEqual([1]);
    expect(matched(exempt("10.0.0.0/16"), iptables([]), "v0.8.5")).toEqual([0]);
    expect(matched(exempt("10.96.0.0/12"), iptables([]), "v0.8.5")).toEqual([0]);
  });

  it("does not take an SNAT of a whole network for one of the pod", () => {
    const wide = parseIptablesSave(
      "ip6tables-legacy",
      "*nat\n-A POSTROUTING -s fd00:10::/32 -m mark --mark 0x40/0x40 -j SNAT --to-source fd00:31::5\nCOMMIT\n",
    ).items;
    const intent: Intent = { kind: "egress", node: "lp-n1", pod: "fd00:10:244::5", vip: "fd00:31::5" };
    expect(matched(intent, wide, "v0.8.5")).toEqual([0, 0]);
  });
});

describe("match by nftables", () => {
  it("finds the rule of a pod and the networks in it", () => {
    const items = nftables("10.244.1.5");
    expect(matched(egress("10.244.1.5"), items, "v1.2.3")).toEqual([1]);
    expect(matched(egress("10.244.1.6"), items, "v1.2.3")).toEqual([0]);
    expect(matched(exempt("10.97.0.0/16"), items, "v1.2.3")).toEqual([1]);
    expect(matched(exempt("10.96.0.0/12"), items, "v1.2.3")).toEqual([0]);
    expect(matched(egress("10.244.1.5"), nftables(), "v1.2.3")).toEqual([0]);
  });

  it("looks into the instance's own table", () => {
    expect(
      matched(egress("10.244.1.5"), nftables("10.244.1.5"), "v1.2.3", {}, { instance_name: "blue" }),
    ).toEqual([0]);
  });
});

describe("match of egress to certain ports", () => {
  const port = (number: number, protocol: "TCP" | "UDP" = "TCP"): Intent => ({
    kind: "egress-port",
    node: "lp-n1",
    pod: "10.244.1.5",
    vip: "172.31.9.50",
    protocol,
    port: number,
  });
  const rule = `-A POSTROUTING -s 10.244.1.5/32 -p tcp -m mark --mark 0x40/0x40 -m tcp --dport 443 ${comment} -j SNAT --to-source 172.31.9.50`;
  const text = ["*nat", ":POSTROUTING ACCEPT [0:0]", rule, "COMMIT", ""].join("\n");
  const { items } = parseIptablesSave("iptables-legacy", text);

  it("finds the rule of the port, and none of another port, protocol or back end", () => {
    expect(matched(port(443), items, "v0.8.5")).toEqual([1]);
    expect(matched(port(80), items, "v0.8.5")).toEqual([0]);
    expect(matched(port(443, "UDP"), items, "v0.8.5")).toEqual([0]);
    expect(matched(port(443), items, "v1.2.3")).toEqual([0]);
    expect(matched(port(443), iptables(["10.244.1.5"]), "v0.8.5")).toEqual([0]);
  });
});

describe("match of routes", () => {
  it.each([
    ["v0.7.0", 3, 1],
    ["v0.7.0", 248, 0],
    ["v0.7.1", 248, 1],
    ["v0.7.1", 3, 0],
  ])("%s writes protocol %i: %i", (version, protocol, count) => {
    expect(matched(route, routes(198, protocol), version)).toEqual([count]);
  });

  it("follows the table of settings and intent", () => {
    expect(matched(route, routes(198, 248), "v1.2.3", { routeTable: 205 })).toEqual([0]);
    expect(matched(route, routes(205, 248), "v1.2.3", { routeTable: 205 })).toEqual([1]);
    expect(
      matched({ ...route, table: 198 } as Intent, routes(198, 248), "v1.2.3", { routeTable: 205 }),
    ).toEqual([1]);
    expect(matched(route, routes(198, 248, "172.31.9.5"), "v1.2.3")).toEqual([0]);
  });
});

describe("keeps", () => {
  const left = (items: readonly StateItem[], version: string): readonly string[] => {
    const { keeps } = profile(select(version));
    return items
      .filter((item) => item.kind !== "policy" && !keeps.some((kept) => isMatch(kept, item)))
      .map((item) => item.text);
  };

  it("lets structure stay and nothing that names a pod", () => {
    expect(left(iptables([]), "v0.8.5")).toEqual([]);
    expect(left(iptables(["10.244.1.5"]), "v0.8.5")).toHaveLength(2);
    expect(left(nftables(), "v1.2.3")).toEqual([]);
    expect(left(nftables("10.244.1.5"), "v1.2.3")).toHaveLength(2);
    expect(left(routes(198, 248), "v1.2.3")).toHaveLength(1);
  });

  it("lets iptables rules stay only where iptables is used", () => {
    expect(left(iptables([]), "v1.2.3")).toHaveLength(4);
  });
});

describe("intents of other areas", () => {
  it("stand for nothing here", () => {
    expect(
      match({ kind: "node-port", node: "lp-n1", protocol: "TCP", nodePort: 30080 }, contextOf("v1.2.3")),
    ).toEqual([]);
  });
});
