import { expect, it } from "vitest";
import { createDumpMemory } from "./dump-memory.ts";

it("gives the same object for the same inputs, and reads anew what is different", () => {
  const memory = createDumpMemory();
  const read = (text: string) => memory.recall("links", [text], () => ({ text }));
  const first = read("a");
  expect(read("a")).toBe(first);
  expect(read("b")).toEqual({ text: "b" });
  expect(read("a")).not.toBe(first);
});

it("keeps what is read under other names apart, and inputs of which one differs", () => {
  const memory = createDumpMemory();
  expect(memory.recall("ipset", ["a"], () => 1)).toBe(1);
  expect(memory.recall("links", ["a"], () => 2)).toBe(2);
  expect(memory.recall("ipset", ["a", "b"], () => 3)).toBe(3);
});

it("does not remember what could not be read", () => {
  const memory = createDumpMemory();
  const fail = (): never => {
    throw new Error("unreadable");
  };
  expect(() => memory.recall("links", ["a"], fail)).toThrow("unreadable");
  expect(memory.recall("links", ["a"], () => 1)).toBe(1);
});
