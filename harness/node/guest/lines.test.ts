import { Readable } from "node:stream";
import { once } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonLines, renderJsonLine } from "./lines.ts";

test("always: values arrive whole and in order, however the stream is cut", async () => {
  const values = fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.record({ a: fc.string() })));
  await fc.assert(
    fc.asyncProperty(values, fc.integer({ min: 1, max: 7 }), async (sent, size) => {
      const bytes = Buffer.from(sent.map(renderJsonLine).join(""));
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const input = Readable.from(pieces, { objectMode: false });
      const received: unknown[] = [];
      readJsonLines(input, (value) => received.push(value));
      if (!input.readableEnded) await once(input, "end");
      expect(received).toEqual(sent);
    }),
    { numRuns: 50 },
  );
});

test("a line that is no JSON is not passed over", () => {
  const input = new Readable({ read: () => undefined });
  readJsonLines(input, () => undefined);
  expect(() => input.emit("data", "no JSON\n")).toThrow(SyntaxError);
});
