import { describe, expect, it } from "vitest";
import { isMatch } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { isKept } from "../../harness/oracle/residue.ts";
import { parseIptablesSave } from "../../harness/state/iptables.ts";
import { match } from "./match.ts";
import { profile } from "./profile.ts";
import { select } from "./testing.ts";

const v1 = {
  cluster: '-m comment --comment "allow traffic to cluster IP - 4H2UH6XHRCCZXCYQ"',
  accept: '-m comment --comment "explicitly ACCEPT traffic that complies with network policies"',
};
const v2 = {
  cluster: '-m comment --comment "allow traffic to primary/secondary cluster IP range - BVHX2PIHDXXEO43X"',
  accept: '-m comment --comment "rule to explicitly ACCEPT traffic that comply to network policies"',
};

/** What a release writes without any pod, and for one. */
function saved({ cluster, accept }: typeof v1, pod?: string): readonly StateItem[] {
  const fw = "KUBE-POD-FW-ABCDEFGHIJKLMNOP";
  const jump = (hook: string): string =>
    `-A KUBE-ROUTER-${hook} -s ${pod}/32 -m comment --comment "rule to jump traffic from POD name:web namespace: lp-a1 to chain ${fw}" -j ${fw}`;
  const hooks = ["INPUT", "FORWARD", "OUTPUT"];
  const text = [
    "*filter",
    ...hooks.flatMap((hook) => [`:${hook} ACCEPT [0:0]`, `:KUBE-ROUTER-${hook} - [0:0]`]),
    ":KUBE-NWPLCY-DEFAULT - [0:0]",
    ...(pod === undefined ? [] : [`:${fw} - [0:0]`]),
    ...hooks.map(
      (hook) =>
        `-A ${hook} -m comment --comment "kube-router netpol - ABCDEFGHIJKLMNOP" -j KUBE-ROUTER-${hook}`,
    ),
    '-A KUBE-NWPLCY-DEFAULT -m comment --comment "rule to mark traffic matching a network policy" -j MARK --set-xmark 0x10000/0x10000',
    `-A KUBE-ROUTER-INPUT -d 10.97.0.0/16 ${cluster} -j RETURN`,
    '-A KUBE-ROUTER-INPUT -p tcp -m comment --comment "allow LOCAL TCP traffic to node ports - LR7XO7NXDBGQJD2M" -m addrtype --dst-type LOCAL -m multiport --dports 30000:32767 -j RETURN',
    ...(pod === undefined ? [] : hooks.map(jump)),
    ...hooks.map((hook) => `-A KUBE-ROUTER-${hook} ${accept} -m mark --mark 0x20000/0x20000 -j ACCEPT`),
    "COMMIT",
    "",
  ];
  return parseIptablesSave("iptables-nft", text.join("\n")).items;
}

const input = { kind: "input-exempt", node: "n1", cidr: "10.97.0.0/16" } as const;
const guarded = { kind: "pod-guarded", node: "n1", pod: "10.244.0.5" } as const;
const present = (intent: Intent, items: readonly StateItem[]): boolean =>
  match(intent).every((matcher) => items.some((item) => isMatch(matcher, item)));
const absent = (intent: Intent, items: readonly StateItem[]): boolean =>
  !match(intent).some((matcher) => items.some((item) => isMatch(matcher, item)));

describe("match", () => {
  it("finds the chain for what comes in, of both majors, and of no other network", () => {
    for (const words of [v1, v2]) expect(present(input, saved(words))).toBe(true);
    expect(present({ ...input, cidr: "10.96.0.0/12" }, saved(v2))).toBe(false);
  });

  it("finds the jumps of a pod, and none of another one", () => {
    const items = saved(v2, "10.244.0.5");
    expect(present(guarded, items)).toBe(true);
    expect(absent({ ...guarded, pod: "10.244.0.6" }, items)).toBe(true);
    expect(absent(guarded, saved(v2))).toBe(true);
  });

  it("finds a client in a set of sources alone", () => {
    const client: Intent = { kind: "policy-client", node: "n1", client: "10.244.0.7" };
    const member = (chain: string): StateItem => ({
      family: "ipset",
      chain,
      kind: "member",
      text: `add ${chain} 10.244.0.7 timeout 0`,
      tokens: [{ kind: "addresses", family: 4, first: "10.244.0.7", last: "10.244.0.7" }],
    });
    expect(present(client, [member("KUBE-SRC-ABCDEFGHIJKLMNOP")])).toBe(true);
    expect(present(client, [member("KUBE-DST-ABCDEFGHIJKLMNOP")])).toBe(false);
  });
});

describe("match of Services", () => {
  const port = (role: "destination" | "target", number: number) =>
    ({ kind: "ports", first: number, last: number, role, protocol: "tcp" }) as const;
  const address = (text: string) => ({ kind: "addresses", family: 4, first: text, last: text }) as const;
  const server: StateItem = {
    family: "ipvs",
    chain: "-t 10.97.0.9:80",
    kind: "service",
    text: "-A -t 10.97.0.9:80 -s rr",
    tokens: [address("10.97.0.9"), port("destination", 80)],
  };
  const destination: StateItem = {
    ...server,
    kind: "destination",
    text: "-a -t 10.97.0.9:80 -r 10.244.0.5:8080 -m -w 1",
    tokens: [address("10.244.0.5"), port("target", 8080)],
  };
  const intent = {
    kind: "service-port",
    node: "n1",
    clusterIp: "10.97.0.9",
    protocol: "TCP",
    port: 80,
    targetPort: 8080,
    backends: ["10.244.0.5"],
  } as const;

  it("finds a virtual server with its destinations, and no other one's", () => {
    expect(present(intent, [server, destination])).toBe(true);
    expect(present(intent, [server])).toBe(false);
    expect(absent(intent, [{ ...destination, chain: "-t 10.97.0.19:80" }])).toBe(true);
  });

  it("finds a node port at whichever address of the node", () => {
    const nodePort = { kind: "node-port", node: "n1", protocol: "TCP", nodePort: 30080 } as const;
    const at = { ...server, tokens: [address("172.30.0.10"), port("destination", 30080)] };
    expect([present(nodePort, [at]), present(nodePort, [server])]).toEqual([true, false]);
  });
});

describe("match of sets", () => {
  const member = (chain: string, text: string): StateItem => ({
    family: "ipset",
    chain,
    kind: "member",
    text: `add ${chain} ${text} timeout 0`,
    tokens: [{ kind: "addresses", family: text.includes(":") ? 6 : 4, first: text, last: text }],
  });

  it("finds an address of Services, and one of the node's own, each in the set of its family", () => {
    const serves = (address: string): Intent => ({ kind: "service-address", node: "n1", address });
    const own: Intent = { kind: "own-address", node: "n1", address: "fd00:30::a" };
    expect(present(serves("10.97.0.9"), [member("kube-router-svip", "10.97.0.9")])).toBe(true);
    expect(present(serves("10.97.0.9"), [member("kube-router-local-ips", "10.97.0.9")])).toBe(false);
    expect(present(own, [member("inet6:kube-router-local-ips", "fd00:30::a")])).toBe(true);
    expect(present(own, [member("inet6:kube-router-svip", "fd00:30::a")])).toBe(false);
  });
});

describe("keeps", () => {
  const left = (version: string, items: readonly StateItem[]): readonly string[] =>
    items.filter((item) => !isKept(profile(select(version)).keeps, item)).map(({ text }) => text);

  it("covers all that is there without any pod", () => {
    expect(left("v1.6.1", saved(v1))).toEqual([]);
    expect(left("v2.1.3", saved(v2))).toEqual([]);
  });

  it("covers nothing of a pod", () => {
    expect(left("v2.1.3", saved(v2, "10.244.0.5"))).toHaveLength(4);
  });

  it("covers no rule of another major: the four that an upgrade leaves", () => {
    expect(left("v2.1.3", saved(v1))).toHaveLength(4);
    expect(left("v1.6.1", saved(v2))).toHaveLength(4);
  });

  it("gives a reason for everything", () => {
    for (const { reason } of profile(select("v2.11.1")).keeps) expect(reason.length).toBeGreaterThan(15);
  });
});
