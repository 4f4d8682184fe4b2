import fc from "fast-check";
import { expect, test } from "vitest";
import { acceptedWatchType, renderGoneEvent } from "./api-status.ts";
import { createEventSplitter, isBookmark } from "./api-watch.ts";

const types = ["application/json", "application/vnd.kubernetes.protobuf;stream=watch"] as const;

function encode(contentType: string, text: string): Buffer {
  const body = Buffer.from(text);
  if (contentType === "application/json") return Buffer.from(`${JSON.stringify({ text })}\n`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

test.each(types)("always: however a stream of %s is cut, the same events come out", (contentType) => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.nat(40)), (texts, cuts) => {
      const events = texts.map((text) => encode(contentType, text));
      let rest = Buffer.concat(events);
      const split = createEventSplitter(contentType);
      const out: Buffer[] = [];
      for (const cut of cuts) {
        out.push(...split(rest.subarray(0, cut)));
        rest = rest.subarray(cut);
      }
      out.push(...split(rest));
      expect(out).toEqual(events);
    }),
  );
});

test("half an event is kept back; what cannot be read is passed on as it comes", () => {
  expect(createEventSplitter("application/json")(Buffer.from('{"type":'))).toEqual([]);
  const chunk = Buffer.from("\x00\x01");
  expect(createEventSplitter("application/cbor-seq")(chunk)).toEqual([chunk]);
});

test("bookmarks are told from events in both encodings", () => {
  expect(isBookmark(Buffer.from('{"type":"BOOKMARK","object":{}}\n'))).toBe(true);
  expect(isBookmark(Buffer.from('{"type":"ADDED","object":{"metadata":{"name":"BOOKMARK"}}}\n'))).toBe(false);
  expect(isBookmark(encode(types[1], "\n\x08BOOKMARK\x12"))).toBe(true);
});

test("the event of an expired version, in both encodings", () => {
  expect(JSON.parse(renderGoneEvent("json").toString())).toEqual({
    type: "ERROR",
    object: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "too old resource version",
      reason: "Expired",
      code: 410,
    },
  });
  const event = renderGoneEvent("protobuf");
  expect(event.readUInt32BE()).toBe(event.length - 4);
  // Message by message: WatchEvent, RawExtension, the envelope, its type, and the Status in it.
  expect(event.toString("hex")).toBe(
    [
      "0000005a 0a05 4552524f52 1251 0a4f 6b387300",
      "0a0c 0a027631 1206537461747573",
      "1237 0a060a0012001a00 12074661696c757265 1a18746f6f206f6c64207265736f757263652076657273696f6e 220745787069726564 309a03",
      "1a00 2200",
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

test("an engine gets the encoding that it accepts", () => {
  expect(acceptedWatchType(undefined).contentType).toBe("application/json");
  expect(acceptedWatchType("application/json, */*").encoding).toBe("json");
  expect(acceptedWatchType("application/vnd.kubernetes.protobuf,application/json").contentType).toBe(
    types[1],
  );
});
