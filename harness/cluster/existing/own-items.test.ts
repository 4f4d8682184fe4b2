import { describe, expect, it } from "vitest";
import type { StateItem, Token } from "../../model/state.ts";
import { createOwnItems } from "./own-items.ts";

const address = (text: string): Token => ({ kind: "addresses", family: 4, first: text, last: text });
const to = (name: string): Token => ({ kind: "reference", name });
const rule = (chain: string, text: string, ...tokens: readonly Token[]): StateItem => ({
  family: "iptables-nft",
  table: "nat",
  chain,
  kind: "rule",
  text: `-A ${chain} ${text}`,
  tokens,
});
const chain = (name: string): StateItem => ({ ...rule(name, ""), kind: "chain", text: `:${name}` });

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "ours" },
  spec: { clusterIP: "10.96.0.5", ports: [{ port: 80, protocol: "TCP" }] },
};

const before = [chain("SERVICES"), chain("MASQ"), rule("SERVICES", "-d 10.96.0.9", address("10.96.0.9"))];
const dispatch = rule("SERVICES", "-d 10.96.0.5 -j SVC-1", address("10.96.0.5"), to("SVC-1"));
const inside = [chain("SVC-1"), rule("SVC-1", "-j SEP-1", to("SEP-1")), rule("SVC-1", "-j MASQ", to("MASQ"))];
const behind = [chain("SEP-1"), rule("SEP-1", "-j DNAT")];
const others = [rule("SERVICES", "-d 10.96.0.8 -j SVC-9", address("10.96.0.8"), to("SVC-9")), chain("SVC-9")];

function ready(names: readonly string[] = []) {
  const own = createOwnItems(names);
  expect(own.of("a", before)).toEqual([]);
  own.wrote(service);
  return own;
}

describe("the items of an attempt among others", () => {
  it("are those that name what it wrote, and what they lead to; never what others have made meanwhile", () => {
    const own = ready();
    expect(own.of("a", [...before, ...others, dispatch, ...inside, ...behind])).toEqual([
      dispatch,
      ...inside,
      ...behind,
    ]);
  });

  it("include a chain that is empty and that nothing leads to any more", () => {
    const own = ready();
    own.of("a", [...before, dispatch, ...inside, ...behind]);
    expect(own.of("a", [...before, ...others, chain("SVC-1")])).toEqual([chain("SVC-1")]);
    expect(own.of("a", [...before, ...others])).toEqual([]);
  });

  it("do not include a chain that was there before, whoever leads to it", () => {
    const own = ready();
    const late = rule("MASQ", "-j MARK --set-mark 9");
    expect(own.of("a", [...before, dispatch, ...inside, late])).not.toContain(late);
  });

  it("include one more of what was there once", () => {
    const own = createOwnItems();
    own.of("a", [dispatch]);
    own.wrote(service);
    expect(own.of("a", [dispatch, dispatch])).toEqual([dispatch]);
  });

  it("are known by the name of the namespace alone", () => {
    const comment = rule("SERVICES", "-j REJECT", { kind: "name", name: "ours/web:http has no endpoints" });
    expect(ready(["ours"]).of("a", [...before, comment])).toEqual([comment]);
    expect(
      ready(["our"]).of("a", [...before, rule("SERVICES", "", { kind: "name", name: "ours/x" })]),
    ).toEqual([]);
  });

  it("are told node by node", () => {
    const own = ready();
    own.of("b", []);
    expect(own.of("b", [dispatch])).toEqual([dispatch]);
    expect(own.of("a", before)).toEqual([]);
  });
});
