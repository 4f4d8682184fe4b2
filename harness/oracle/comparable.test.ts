import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { type ComparableState, comparableState, comparableText } from "./comparable.ts";
import { markRule, RecordingBuilder, rule, testNode } from "./testing.ts";
import { snapshotsOf } from "./timeline.ts";

const aliases = {
  "lp-c0-n1": "<node-0>",
  "172.30.0.1": "<gateway-ipv4>",
  "172.30.0.11": "<node-0-ipv4>",
  "fd00:30::11": "<node-0-ipv6>",
  "20002": "<api-port>",
};

const comparable = comparableText(new RecordingBuilder({ aliases }).whole());

describe("comparable text", () => {
  it.each([
    ["-s 172.30.0.11/32 -d 172.30.0.1 -j X", "-s <node-0-ipv4>/32 -d <gateway-ipv4> -j X"],
    ["--to-destination 172.30.0.1:20002", "--to-destination <gateway-ipv4>:<api-port>"],
    [
      "chain endpoint-XEKL2BWE-default/kubernetes/tcp/https__172.30.0.1/20002",
      "chain endpoint-<hash>-default/kubernetes/tcp/https__<gateway-ipv4>/<api-port>",
    ],
    ["fd00:30::11 dev eth0 on lp-c0-n1", "<node-0-ipv6> dev eth0 on <node-0>"],
    ["chain kube_vip_snat_7f0c2a52-9c3b-4b9e-8a55-0d5f4e0c1d2e", "chain kube_vip_snat_<uid>"],
    ["-A KUBE-SEP-BM5OKH3VXAYSRW7I -j DNAT", "-A KUBE-SEP-<hash> -j DNAT"],
    [
      "jump endpoint-2CRNCTTE-lp-a1/web/tcp/http__10.244.0.5/8080",
      "jump endpoint-<hash>-lp-a1/web/tcp/http__10.244.0.5/8080",
    ],
  ])("tells %s without what is called otherwise in another cluster", (text, expected) => {
    expect(comparable(text)).toBe(expected);
  });

  it.each([
    "172.30.0.110",
    "1172.30.0.1",
    "172.30.0.1.5",
    "fd00:30::11:5",
    "afd00:30::11",
    "lp-c0-n10",
    "120002",
  ])("leaves %s alone: it only contains a name", (text) => {
    expect(comparable(text)).toBe(text);
  });
});

describe("names that are hashes of a counter", () => {
  const hashedNames = [
    { name: "KUBE-POD-FW-[A-Z2-7]{16}", comment: 'POD name: ?(\\S+) namespace: (\\S+?)"? ' },
  ];
  const recording = new RecordingBuilder({ profile: { hashedNames } }).whole();
  const jump = (hash: string, pod: string): StateItem => ({
    ...rule("filter", "KUBE-ROUTER-INPUT", "", []),
    text: `-A KUBE-ROUTER-INPUT -m comment --comment "rule to jump traffic from POD name:${pod} namespace: a to chain KUBE-POD-FW-${hash}" -j KUBE-POD-FW-${hash}`,
  });
  const chain = (hash: string): string => `-N KUBE-POD-FW-${hash}`;

  it("are told by what a comment says, and apart from each other", () => {
    const items = [jump("ABCDEFGHIJKLMNOP", "web"), jump("PONMLKJIHGFEDCBA", "db")];
    const own = comparableText(recording, items);
    expect(own(chain("ABCDEFGHIJKLMNOP"))).toBe("-N KUBE-POD-FW-<a/web>");
    expect(own(chain("PONMLKJIHGFEDCBA"))).toBe("-N KUBE-POD-FW-<a/db>");
    expect(own(items[0]?.text ?? "")).not.toContain("ABCDEFGHIJKLMNOP");
  });

  it("are blank where nothing says what they stand for", () => {
    expect(comparableText(recording, [])(chain("ABCDEFGHIJKLMNOP"))).toBe("-N KUBE-POD-FW-<hash>");
  });
});

describe("comparable state", () => {
  const stateOf = (
    items: readonly StateItem[],
    own: Readonly<Record<string, string>> = {},
  ): ComparableState => {
    const recording = new RecordingBuilder({ aliases: own })
      .started()
      .begin("one")
      .look("step", items)
      .whole();
    const view = snapshotsOf(recording, testNode.name).at(-1);
    if (view === undefined) throw new Error("no look was recorded");
    return comparableState(recording, view);
  };
  const digestOf = (...args: Parameters<typeof stateOf>): string => stateOf(...args).digest;

  it("is the same for the same items in any order, on nodes that are called otherwise", () => {
    const items = [markRule("10.244.0.5"), markRule("10.244.0.6")];
    expect(digestOf(items)).toBe(digestOf(items.toReversed()));
    const on = (address: string): string =>
      digestOf([rule("nat", "POSTROUTING", `-s ${address}/32 -j ACCEPT`)], { [address]: "<node-0-ipv4>" });
    expect(on("172.30.0.11")).toBe(on("172.30.0.12"));
  });

  it("is another one where an item is there twice, or is another", () => {
    const [one, other] = [markRule("10.244.0.5"), markRule("10.244.0.6")];
    expect(new Set([[], [one], [one, one], [other]].map((items) => digestOf(items))).size).toBe(4);
  });

  it("tells parts apart that are written by different threads of an engine", () => {
    const [four, six] = [
      markRule("10.244.0.5"),
      { ...markRule("10.244.0.5"), family: "ip6tables-nft" as const },
    ];
    const table = (name: string): StateItem => ({
      family: "nftables",
      table: name,
      kind: "chain",
      text: "c",
      tokens: [],
    });
    const both = stateOf([four, six, table("ip a"), table("ip6 a")]);
    const less = stateOf([six, table("ip a"), table("ip6 b")]);
    expect(Object.keys(both.parts).toSorted()).toEqual(
      ["ip6tables-nft", four.family, "nftables ip", "nftables ip6"].toSorted(),
    );
    const same = Object.keys(both.parts).filter((part) => both.parts[part] === less.parts[part]);
    expect(same.toSorted()).toEqual(["ip6tables-nft", "nftables ip"]);
  });
});
