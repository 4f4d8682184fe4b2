import { describe, expect, it } from "vitest";
import { parseNftRuleset } from "../state/nftables.ts";
import { findApiLeftovers } from "./api-leftovers.ts";
import { indexObjects } from "./live-objects.ts";
import { findMissing } from "./missing.ts";
import { leftWhen, ownersAmong } from "./owner.ts";
import { findUnreferenced } from "./references.ts";
import { findRepeated } from "./repeated.ts";
import { ipsets, nodeObject, rules, serviceObject, sliceObject } from "./testing.ts";

const texts = (items: readonly { readonly text: string }[]): readonly string[] =>
  items.map(({ text }) => text);

describe("what leads nowhere", () => {
  it("is a chain without a jump, and not one with", () => {
    const items = rules("filter", [
      "-A INPUT -j LED",
      "-A LED -j ACCEPT",
      "-A LOST -j ACCEPT",
      "-A LOOP -j LOOP",
    ]);
    expect(texts(findUnreferenced(items, items, []))).toEqual(["-N LOST", "-N LOOP"]);
    expect(findUnreferenced(items, items, [{ title: "any", chain: "LO.*" }])).toEqual([]);
  });

  it("is a chain of the same name in another table, or of the other back end", () => {
    const led = rules("filter", ["-A INPUT -j LED", "-A LED -j ACCEPT"]);
    const other = rules("nat", ["-A LED -j ACCEPT"]);
    const legacy = rules("filter", ["-A LED -j ACCEPT"], "iptables-legacy");
    const all = [...led, ...other, ...legacy];
    expect(findUnreferenced(all, all, []).map(({ family, table }) => `${family} ${table ?? ""}`)).toEqual([
      "iptables-nft nat",
      "iptables-legacy filter",
    ]);
  });

  it("is a set that no rule looks into", () => {
    const sets = ipsets("create used hash:ip family inet\ncreate unused hash:ip family inet\n");
    const items = [...sets, ...rules("filter", ["-A INPUT -m set --match-set used dst -j DROP"])];
    expect(texts(findUnreferenced(sets, items, []))).toEqual(["create unused hash:ip family inet"]);
  });

  it("is no base chain of nftables, and no chain that a map leads to", () => {
    const family = "ip";
    const table = "t";
    const text = JSON.stringify({
      nftables: [
        { metainfo: {} },
        { chain: { family, table, name: "base", type: "filter", hook: "input", prio: 0, policy: "accept" } },
        { chain: { family, table, name: "led" } },
        { chain: { family, table, name: "lost" } },
        {
          map: {
            family,
            table,
            name: "m",
            type: "ipv4_addr",
            map: "verdict",
            elem: [["10.0.0.1", { goto: { target: "led" } }]],
          },
        },
        {
          rule: {
            family,
            table,
            chain: "base",
            expr: [{ vmap: { key: { payload: { protocol: "ip", field: "daddr" } }, data: "@m" } }],
          },
        },
      ],
    });
    const none = { items: [], tables: new Set<string>(), incompatible: new Set<string>() };
    const { items } = parseNftRuleset(text, { ip: none, ip6: none });
    expect(texts(findUnreferenced(items, items, []))).toEqual(["add chain lost"]);
  });
});

describe("what stands twice", () => {
  const rule = "-A OURS -s 10.0.0.5/32 -j ACCEPT";
  const commented = '-A OURS -s 10.0.0.5/32 -m comment --comment "again" -j ACCEPT';

  it("is told once, exactly or but for its comment", () => {
    expect(findRepeated(rules("filter", [rule, rule, rule]), false).map(({ why }) => why)).toEqual([
      "stands 3 times in its chain",
    ]);
    expect(findRepeated(rules("filter", [rule, commented]), false).map(({ why }) => why)).toEqual([
      "stands 2 times in its chain, but for the comment",
    ]);
  });

  it("is nothing where comments are meant to differ, or the chain is another", () => {
    expect(findRepeated(rules("filter", [rule, commented]), true)).toEqual([]);
    expect(findRepeated(rules("filter", [rule, rule]), true)).toHaveLength(1);
    expect(findRepeated([...rules("filter", [rule]), ...rules("nat", [rule])], false)).toEqual([]);
  });
});

it("misses what has no item, in no allowed form", () => {
  const items = rules("nat", ["-A OURS -d 10.0.0.5/32 -j ACCEPT"]);
  const accept = {
    title: "accept",
    text: "-j ACCEPT",
    tokens: [{ kind: "addresses", family: 4, first: "10.0.0.5", last: "10.0.0.5" } as const],
  };
  const drop = { ...accept, title: "drop", text: "-j DROP" };
  expect(findMissing([{ title: "a", object: "o", anyOf: [drop, accept] }], items)).toEqual([]);
  expect(findMissing([{ title: "a", object: "o", anyOf: [drop] }], items).map(({ title }) => title)).toEqual([
    "a",
  ]);
});

describe("objects that are gone", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const lease = (namespace: string, name: string, more: object = {}) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace, ...more },
  });
  const found = (...objects: Parameters<typeof indexObjects>[0]) =>
    findApiLeftovers(indexObjects([serviceObject(), nodeObject(), ...objects]), now).map(({ text }) => text);

  it("have leases that stay, of elections and of kubelets", () => {
    expect(found(lease("shop", "kubevip-gone"), lease("kube-node-lease", "node9"))).toEqual([
      "Lease shop/kubevip-gone",
      "Lease kube-node-lease/node9",
    ]);
  });

  it("have none where the object lives, or the lease is nobody's business", () => {
    expect(
      found(
        lease("shop", "kubevip-web"),
        lease("kube-node-lease", "node1"),
        lease("kube-system", "kube-scheduler"),
      ),
    ).toEqual([]);
  });

  it("are held by finalizers for longer than it takes", () => {
    const terminating = (deletionTimestamp: string) =>
      serviceObject({}, { name: "x", deletionTimestamp, finalizers: ["f/x"] });
    expect(found(terminating("2026-11-22T11:50:00Z"))).toEqual(["Service shop/x"]);
    expect(found(terminating("2026-11-22T11:59:00Z"))).toEqual([]);
  });
});

describe("the owner", () => {
  const created = { creationTimestamp: "2026-11-21T09:00:00Z" };
  const slice = { ...sliceObject(), metadata: { ...sliceObject().metadata, ...created } };
  const live = indexObjects([serviceObject({}, { creationTimestamp: "2026-11-20T10:00:00Z" }), slice]);
  const [mark, snat, spelled, none] = rules("nat", [
    "-A C -s 10.244.0.9/32 -j MARK --set-mark 1",
    "-A C -s 10.244.0.9/32 -j SNAT --to-source 10.96.0.10",
    '-A C -d 10.0.0.1/32 -m comment --comment "shop/other:http cluster IP" -j DROP',
    "-A C -d 10.0.0.2/32 -j DROP",
  ]).filter(({ kind }) => kind === "rule");

  it("is the Service of an address, of the rule beside it, or of the comment", () => {
    const ownerOf = ownersAmong(
      [mark, snat, spelled, none].filter((item) => item !== undefined),
      live,
    );
    const owners = [mark, snat, spelled, none].map((item) => (item === undefined ? "" : ownerOf(item)));
    expect(owners).toEqual(["Service shop/web", "Service shop/web", "Service shop/other", undefined]);
  });

  it("tells when something of it can have been left", () => {
    expect(leftWhen("Service shop/web", live)).toBe(
      "after 2026-11-20T10:00:00Z, when Service shop/web was made, and most likely at a change up to 2026-11-21T09:00:00Z, the last of it or its endpoints",
    );
    expect(leftWhen("Service shop/gone", live)).toBe("before now: Service shop/gone is not there any more");
    expect(leftWhen(undefined, live)).toBeUndefined();
  });
});
