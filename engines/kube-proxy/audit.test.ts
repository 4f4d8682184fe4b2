import { describe, expect, it } from "vitest";
import { auditOf, nodeObject, rules, serviceObject, sliceObject, told } from "../../harness/audit/testing.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { parseNftRuleset } from "../../harness/state/nftables.ts";
import { signs } from "./audit.ts";

const objects = [serviceObject(), sliceObject(), nodeObject()];

interface Shape {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly pod: string;
}
const web: Shape = { service: "shop/web", address: "10.96.0.10", port: 80, pod: "10.244.0.5" };

function hash(letter: string): string {
  return letter.repeat(16);
}

function inIptables(shapes: readonly Shape[]): readonly StateItem[] {
  const lines = shapes.flatMap(({ service, address, port, pod }, index) => {
    const [svc, sep] = [
      `KUBE-SVC-${hash("ABCDEFGH"[index] ?? "Z")}`,
      `KUBE-SEP-${hash("ABCDEFGH"[index] ?? "Z")}`,
    ];
    return [
      `-A KUBE-SERVICES -d ${address}/32 -p tcp -m comment --comment "${service}:http cluster IP" -m tcp --dport ${port} -j ${svc}`,
      `-A ${svc} ! -s 10.244.0.0/16 -d ${address}/32 -p tcp -m comment --comment "${service}:http cluster IP" -m tcp --dport ${port} -j KUBE-MARK-MASQ`,
      `-A ${svc} -m comment --comment "${service}:http -> ${pod}:8080" -j ${sep}`,
      `-A ${sep} -s ${pod}/32 -m comment --comment "${service}:http" -j KUBE-MARK-MASQ`,
      `-A ${sep} -p tcp -m comment --comment "${service}:http" -m tcp -j DNAT --to-destination ${pod}:8080`,
    ];
  });
  return rules(
    "nat",
    [
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
      "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
      '-A KUBE-NODEPORTS -d 127.0.0.0/8 -p tcp -m comment --comment "default/unused" -m tcp --dport 1 -j ACCEPT',
      ...lines,
    ].filter((line) => !line.includes("default/unused")),
  );
}

function inNftables(shapes: readonly Shape[]): readonly StateItem[] {
  const family = "ip";
  const table = "kube-proxy";
  const chain = (name: string) => ({ chain: { family, table, name, handle: 1 } });
  const ownRules = shapes.flatMap(({ service, port, pod }) => {
    const [name, end] = [
      `service-ABCDEFGH-${service}/tcp/http`,
      `endpoint-ABCDEFGH-${service}/tcp/http__${pod}/8080`,
    ];
    return [
      chain(name),
      chain(end),
      { rule: { family, table, chain: name, handle: port, expr: [{ goto: { target: end } }] } },
      {
        rule: {
          family,
          table,
          chain: end,
          handle: port,
          expr: [
            { match: { op: "==", left: { meta: { key: "l4proto" } }, right: "tcp" } },
            { dnat: { family: "ip", addr: pod, port: 8080 } },
          ],
        },
      },
    ];
  });
  const elements = shapes.map(({ service, address, port }) => [
    { concat: [address, "tcp", port] },
    { goto: { target: `service-ABCDEFGH-${service}/tcp/http` } },
  ]);
  const text = JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6" } },
      { table: { family, name: table, handle: 1 } },
      {
        map: {
          family,
          table,
          name: "service-ips",
          handle: 2,
          type: ["ipv4_addr", "inet_proto", "inet_service"],
          map: "verdict",
          elem: elements,
        },
      },
      {
        set: {
          family,
          table,
          name: "cluster-ips",
          handle: 3,
          type: "ipv4_addr",
          elem: shapes.map(({ address }) => address),
        },
      },
      ...ownRules,
    ],
  });
  const none = { items: [], tables: new Set<string>(), incompatible: new Set<string>() };
  return parseNftRuleset(text, { ip: none, ip6: none }).items;
}

describe.each([
  ["iptables", inIptables],
  ["nftables", inNftables],
] as const)("what kube-proxy in %s mode left behind", (variant, state) => {
  it("is nothing where rules and objects agree", () => {
    expect(told(auditOf(signs, state([web]), objects))).toEqual([]);
  });

  it("is every rule of a Service that is gone, with its name", () => {
    const gone: Shape = { service: "shop/gone", address: "10.96.0.99", port: 80, pod: "10.244.0.99" };
    const { findings } = auditOf(signs, state([web, gone]), objects);
    expect(findings.length).toBeGreaterThan(2);
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(["orphan"]));
    expect(findings.filter(({ owner }) => owner === "Service shop/gone").length).toBeGreaterThan(1);
    expect(findings.every(({ text }) => /gone|10\.96\.0\.99/.test(text))).toBe(true);
  });

  it("is an endpoint that the Service does not have any more", () => {
    const moved = [serviceObject(), sliceObject(["10.244.0.6"]), nodeObject()];
    const { findings } = auditOf(signs, state([web]), moved);
    expect(findings.length).toBeGreaterThan(0);
    expect(
      findings.every(({ why, owner }) => why.includes("10.244.0.5") && owner === "Service shop/web"),
    ).toBe(true);
  });

  it("is an old port", () => {
    const other = serviceObject({ ports: [{ name: "http", protocol: "TCP", port: 81 }] });
    const kinds = auditOf(signs, state([web]), [other, sliceObject(), nodeObject()]).findings;
    expect(
      kinds.filter(({ kind }) => kind === "stale-value").every(({ why }) => why.includes("tcp/80")),
    ).toBe(true);
    expect(kinds.filter(({ kind }) => kind === "stale-value").length).toBeGreaterThan(0);
    expect(kinds.filter(({ kind }) => kind === "missing").map(({ text }) => text)).toEqual([
      "a rule for 10.96.0.10:81/tcp",
    ]);
  });

  it("is a Service without rules, which a headless one may be", () => {
    const more = serviceObject({ clusterIP: "10.96.0.11" }, { name: "more" });
    const headless = serviceObject({ clusterIP: "None" }, { name: "headless" });
    const { findings } = auditOf(signs, state([web]), [...objects, more, headless]);
    expect(findings.map(({ kind, text, owner }) => [kind, text, owner])).toEqual([
      ["missing", "a rule for 10.96.0.11:80/tcp", "Service shop/more"],
    ]);
  });

  it("is all of it where no kube-proxy runs", () => {
    const pods = [
      ...objects,
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a", namespace: "shop" },
        spec: { containers: [{ image: "cilium/cilium:v1.18" }] },
      },
    ];
    const items = state([web]);
    const { findings } = auditOf(signs, items, pods, { given: [] });
    expect(findings.every(({ kind }) => kind === "not-installed")).toBe(true);
    expect(findings).toHaveLength(
      items.filter(
        (item) =>
          item.kind !== "policy" &&
          (variant === "nftables" || item.chain !== "PREROUTING" || item.kind === "rule"),
      ).length,
    );
  });
});

describe("structure of kube-proxy in iptables mode", () => {
  it("is a chain that nothing leads to", () => {
    const left = rules("nat", ["-A KUBE-SEP-ZZZZZZZZZZZZZZZZ -j RETURN"]);
    expect(told(auditOf(signs, [...inIptables([web]), ...left], objects))).toEqual([
      "unreferenced nothing leads to it",
    ]);
  });
});
