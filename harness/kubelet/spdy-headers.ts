import { constants, createInflate } from "node:zlib";
import { spdyDictionary } from "./spdy-dictionary.ts";

/** Names in lower case -> value. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** A header block decodes to no more than this: more would wait for a reader that comes only at its end. */
const longestBlock = 16 * 1024;

function readBlock(block: Buffer): SpdyHeaders {
  const headers: Record<string, string> = {};
  let offset = 4;
  const text = (): string => {
    const length = block.readUInt32BE(offset);
    offset += 4 + length;
    return block.toString("latin1", offset - length, offset);
  };
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = text();
    headers[name.toLowerCase()] = text();
  }
  return headers;
}

function renderBlock(headers: SpdyHeaders): Buffer {
  const count = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const word = (text: string): Buffer => Buffer.concat([count(text.length), Buffer.from(text, "latin1")]);
  const entries = Object.entries(headers);
  return Buffer.concat([
    count(entries.length),
    ...entries.flatMap(([name, value]) => [word(name), word(value)]),
  ]);
}

/**
 * Decodes the header blocks of one direction of a session, which share one compression: in their order, one
 * at a time.
 */
export function createHeaderReader(): (block: Buffer) => Promise<SpdyHeaders> {
  const inflate = createInflate({ dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
  let failed: ((error: Error) => void) | undefined;
  // An error of the stream may come before or instead of the write's own.
  inflate.on("error", (error) => failed?.(error));
  return async (block) => {
    if (block.length > longestBlock) throw new Error(`a header block of ${block.length} bytes`);
    await new Promise<void>((resolve, reject) => {
      failed = reject;
      inflate.write(block, (error) => (error ? reject(error) : resolve()));
    });
    const chunks: Buffer[] = [];
    for (let chunk: unknown = inflate.read(); chunk !== null; chunk = inflate.read()) {
      chunks.push(chunk as Buffer);
    }
    return readBlock(Buffer.concat(chunks));
  };
}

/** zlib, with a preset dictionary, by its checksum: 0xe3c6a7c2 is that of `spdyDictionary`. */
const zlibHead = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);

/** An empty stored block: Go's reader gives out what came before it only when it sees one. */
const syncMark = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);

/**
 * Encodes the header blocks of one direction of a session, in their order. Blocks are stored, not compressed:
 * a few bytes more, and nothing to wait for.
 */
export function createHeaderWriter(): (headers: SpdyHeaders) => Buffer {
  let isFirst = true;
  return (headers) => {
    const block = renderBlock(headers);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(block.length, 1);
    stored.writeUInt16LE(~block.length & 0xffff, 3);
    const head = isFirst ? zlibHead : Buffer.alloc(0);
    isFirst = false;
    return Buffer.concat([head, stored, block, syncMark]);
  };
}
