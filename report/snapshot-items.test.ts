import fc from "fast-check";
import { expect, it } from "vitest";
import { markRule } from "./report.fixture.ts";
import { parseSnapshot } from "./snapshot-items.ts";

const anyItem = fc.record({
  family: fc.constantFrom("iptables-nft" as const, "route" as const),
  kind: fc.constant("rule" as const),
  text: fc.oneof(fc.string(), fc.constantFrom('},{"family":"', '"}]', '\\"},{\\"family\\":\\"', "}]")),
  tokens: fc.constantFrom(markRule.tokens, []),
});

it("reads what JSON reads, whatever the texts hold and however it is written", () => {
  fc.assert(
    fc.property(fc.array(anyItem), fc.constantFrom(undefined, 1), (items, indent) => {
      expect(parseSnapshot(`${JSON.stringify(items, null, indent)}\n`)).toEqual(items);
    }),
  );
});

it("gives equal items as one object", () => {
  const text = JSON.stringify([markRule, { ...markRule, text: "other" }]);
  expect(parseSnapshot(text)[0]).toBe(parseSnapshot(JSON.stringify([markRule]))[0]);
});

it.each(["[{}]", "[", "{}", '[{"family":"route"}]', '[{"family":"route"},{"family":"'])(
  "refuses %s",
  (text) => {
    expect(() => parseSnapshot(text)).toThrow();
  },
);
