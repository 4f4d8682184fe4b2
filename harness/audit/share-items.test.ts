import { expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { shareItems } from "./share-items.ts";

const rule = (text: string, tokens: StateItem["tokens"] = []): StateItem => ({
  family: "iptables-nft",
  table: "nat",
  chain: "C",
  kind: "rule",
  text,
  tokens,
});

it("keeps what is the same once, copies what is new, and leaves every item in its place", () => {
  const before = [rule("-A C -j A"), rule("-A C -j B")];
  const items = [rule("-A C -j B"), rule("-A C -j NEW"), rule("-A C -j B")];
  const shared = shareItems(items, before);
  expect(shared).toEqual(items);
  expect([shared[0] === before[1], shared[1] !== items[1], shared[2] === before[1]]).toEqual([
    true,
    true,
    true,
  ]);
});

it("does not take one for the other where the same text means something else", () => {
  const jump = [rule("-A C -j X", [{ kind: "reference", name: "X" }])];
  const extension = [rule("-A C -j X")];
  expect(shareItems(extension, jump)).toEqual(extension);
});
