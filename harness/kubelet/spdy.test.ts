import { createInflate } from "node:zlib";
import { describe, expect, it } from "vitest";
import { spdyDictionary } from "./spdy-dictionary.ts";
import { createFrameReader, renderFrame, type SpdyFrame } from "./spdy-frames.ts";
import { createHeaderReader, createHeaderWriter } from "./spdy-headers.ts";

/** Three streams, a ping and a go-away, as github.com/moby/spdystream v0.5.1 writes them, which client-go uses. */
const fromGo = Buffer.from(
  "80030001000000290000000100000000000078f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff" +
    "800300010000001900000003000000000000c22ac5565c92925f5a02000000ffff" +
    "800300010000001500000005000000000000c229975a5404000000ffff" +
    "80030006000000040000000780030007000000080000000000000000",
  "hex",
);

function headersOf(frames: readonly SpdyFrame[]): readonly Buffer[] {
  return frames.flatMap((frame) => (frame.kind === "syn-stream" ? [frame.headers] : []));
}

describe("frames", () => {
  it("are read as Go writes them, however they are cut", () => {
    const whole = createFrameReader()(fromGo);
    expect(whole.map(({ kind }) => kind)).toEqual([
      "syn-stream",
      "syn-stream",
      "syn-stream",
      "ping",
      "go-away",
    ]);
    const read = createFrameReader();
    const bytewise = [...fromGo].flatMap((byte) => [...read(Buffer.from([byte]))]);
    expect(bytewise).toEqual(whole);
  });

  it("are read as they were written", () => {
    const frames: readonly Exclude<SpdyFrame, { kind: "other" }>[] = [
      { kind: "data", stream: 5, isLast: true, data: Buffer.from("x".repeat(70_000)) },
      { kind: "data", stream: 7, isLast: false, data: Buffer.alloc(0) },
      { kind: "syn-stream", stream: 1, isLast: false, headers: Buffer.from("h") },
      { kind: "syn-reply", stream: 1, headers: Buffer.from("h") },
      { kind: "rst-stream", stream: 3, status: 5 },
      { kind: "ping", id: 4_000_000_000 },
      { kind: "go-away" },
    ];
    expect(createFrameReader()(Buffer.concat(frames.map(renderFrame)))).toEqual(frames);
  });

  it.each([
    ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["another version", Buffer.from("8002000100000000", "hex")],
    ["a frame that is too long", Buffer.from("80030001" + "00ffffff", "hex")],
  ])("are refused: %s", (_, bytes) => {
    expect(() => createFrameReader()(bytes)).toThrow("no SPDY/3 frame");
  });
});

describe("headers", () => {
  it("of one session share a compression, as Go has it", async () => {
    const read = createHeaderReader();
    const types: unknown[] = [];
    for (const block of headersOf(createFrameReader()(fromGo))) types.push((await read(block))["streamtype"]);
    expect(types).toEqual(["error", "stdout", "stderr"]);
  });

  it("are inflated by zlib as they were written, block by block", async () => {
    const write = createHeaderWriter();
    const inflate = createInflate({ dictionary: spdyDictionary });
    let text = "";
    inflate.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    inflate.write(write({}));
    inflate.write(write({ streamtype: "error" }));
    const name = "\0\0\0\x0astreamtype\0\0\0\x05error";
    await expect.poll(() => text).toBe(`\0\0\0\0\0\0\0\x01${name}`);
  });

  it("are written as Go has read them", () => {
    const write = createHeaderWriter();
    expect(write({}).toString("hex")).toBe("78bbe3c6a7c2000400fbff00000000000000ffff");
    expect(write({ a: "b" }).toString("hex")).toBe("000e00f1ff00000001000000016100000001620000" + "00ffff");
  });

  it("are refused where they are compressed by another dictionary, or too long", async () => {
    await expect(createHeaderReader()(Buffer.from("78bb00000001", "hex"))).rejects.toThrow();
    await expect(createHeaderReader()(Buffer.alloc(20_000))).rejects.toThrow("20000 bytes");
  });
});
