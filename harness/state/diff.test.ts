import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itemKey, type StateItem } from "../model/state.ts";
import { diffStates, isSameState, snapshotDigest, stateDigest } from "./diff.ts";

const item = fc
  .record({
    family: fc.constantFrom("iptables-legacy" as const, "iptables-nft" as const),
    table: fc.constantFrom("nat", "mangle"),
    chain: fc.constantFrom("A", "B"),
    kind: fc.constantFrom("rule" as const, "chain" as const),
    text: fc.constantFrom("-j X", "-j Y", "-j Z"),
  })
  .map((drawn): StateItem => ({ ...drawn, tokens: [] }));
const state = fc.array(item, { maxLength: 30 });

const rule = (text: string, chain = "A"): StateItem => ({
  family: "iptables-nft",
  table: "nat",
  chain,
  kind: "rule",
  text,
  tokens: [],
});
const member = (text: string): StateItem => ({
  family: "ipset",
  chain: "s",
  kind: "member",
  text,
  tokens: [],
});
const flow: StateItem = { family: "conntrack", kind: "flow", text: "tcp src=10.0.0.1", tokens: [] };

function counts(items: readonly StateItem[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const one of items) found.set(itemKey(one), (found.get(itemKey(one)) ?? 0) + 1);
  return found;
}

describe("diffStates", () => {
  it("finds nothing between a state and itself", () => {
    fc.assert(
      fc.property(state, (drawn) => {
        expect(diffStates(drawn, drawn)).toEqual({ added: [], removed: [] });
      }),
    );
  });

  it("is exact as multisets: before - removed + added = after, and nothing is in both", () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const { added, removed } = diffStates(before, after);
        const [was, is, more, less] = [before, after, added, removed].map(counts);
        for (const key of [...before, ...after].map(itemKey)) {
          expect((was?.get(key) ?? 0) - (less?.get(key) ?? 0) + (more?.get(key) ?? 0)).toBe(
            is?.get(key) ?? 0,
          );
          expect(Math.min(more?.get(key) ?? 0, less?.get(key) ?? 0)).toBe(0);
        }
      }),
    );
  });

  it("sees a rule that is there once more", () => {
    expect(diffStates([rule("-j X")], [rule("-j X"), rule("-j X")])).toEqual({
      added: [rule("-j X")],
      removed: [],
    });
  });
});

describe("stateDigest", () => {
  it("does not depend on the order of the dump between chains and in sets", () => {
    const one = [rule("-j X"), member("add s 1"), rule("-j Y", "B"), member("add s 2")];
    const other = [member("add s 2"), rule("-j Y", "B"), member("add s 1"), rule("-j X")];
    expect(isSameState(one, other)).toBe(true);
    expect(snapshotDigest(one)).not.toBe(snapshotDigest(other));
  });

  it("depends on the order inside of a chain, on every item and on how often it is there", () => {
    const state1 = [rule("-j X"), rule("-j Y"), member("add s 1")];
    expect(isSameState(state1, [rule("-j Y"), rule("-j X"), member("add s 1")])).toBe(false);
    expect(isSameState(state1, state1.slice(0, 2))).toBe(false);
    expect(isSameState(state1, [...state1, member("add s 1")])).toBe(false);
    expect(isSameState([rule("-j X", "A")], [rule("-j X", "B")])).toBe(false);
  });

  it("leaves flows out, which snapshotDigest does not", () => {
    expect(isSameState([rule("-j X"), flow], [rule("-j X")])).toBe(true);
    expect(snapshotDigest([rule("-j X"), flow])).not.toBe(snapshotDigest([rule("-j X")]));
  });

  it("is equal for equal states only", () => {
    fc.assert(
      fc.property(state, state, (one, other) => {
        expect(stateDigest(one)).toMatch(/^[0-9a-f]{64}$/);
        const { added, removed } = diffStates(one, other);
        if (added.length + removed.length > 0) expect(stateDigest(one)).not.toBe(stateDigest(other));
      }),
    );
  });
});
