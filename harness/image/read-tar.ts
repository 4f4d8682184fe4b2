import type { Readable } from "node:stream";

/** What an entry of an archive is; devices, pipes and whatever else there may be are `other`. */
type TarKind = "file" | "directory" | "symlink" | "hardlink" | "other";

/** One entry of an archive. */
export interface TarEntry {
  /** As the archive has it: it may climb anywhere. */
  readonly name: string;
  readonly kind: TarKind;
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Of links, as the archive has it. */
  readonly linkName: string;
  /** The content, to be read before the next entry; what is not read is skipped. */
  content(): AsyncGenerator<Buffer>;
}

const blockBytes = 512;
/** Names and headers of their own are read whole; longer ones are no names. */
const maxHeaderBytes = 1 << 20;

/** Bytes of a stream in the pieces that the reader wants. */
class Pieces {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: Readable) {
    this.#source = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** At most `limit` bytes; empty at the end. */
  async some(limit: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return this.#rest;
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** @throws {Error} where the stream ends before */
  async exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const piece = await this.some(left);
      if (piece.length === 0) throw new Error("the archive ends in the middle of an entry");
      parts.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(parts);
  }
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end);
}

/** Octal digits, or, with the highest bit set, a binary number. */
function number(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0);
    if (Number.isSafeInteger(value)) return value;
    throw new Error("the archive has an entry of an impossible size");
  }
  const digits = text(header, at, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new Error(`the archive has "${digits}" where a number should be`);
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function isWhole(header: Buffer): boolean {
  const sum = header.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return sum === number(header, 148, 8);
}

/** `LENGTH KEY=VALUE\n`, again and again. */
function parsePax(content: Buffer): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString("latin1", at, space));
    if (space === -1 || !Number.isInteger(length) || length <= 0 || at + length > content.length)
      throw new Error("the archive has an extended header that cannot be read");
    const record = content.toString("utf8", space + 1, at + length - 1);
    const equals = record.indexOf("=");
    values.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return values;
}

const kinds: Readonly<Record<string, TarKind>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "directory",
};

function padding(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

/** What headers of their own say of the entry behind them. */
interface Said {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
}

async function readSaid(pieces: Pieces, type: string, size: number, before: Said): Promise<Said> {
  if (size > maxHeaderBytes) throw new Error("the archive has a name of more than a megabyte");
  const content = await pieces.exactly(size);
  await pieces.exactly(padding(size));
  const name = content.toString("utf8").replace(/\0.*$/s, "");
  if (type === "L") return { ...before, path: name };
  if (type === "K") return { ...before, linkpath: name };
  // What holds for the whole archive ("g") says nothing of names.
  if (type === "g") return before;
  const values = parsePax(content);
  const [path, linkpath, length] = [values.get("path"), values.get("linkpath"), values.get("size")];
  return {
    ...before,
    ...(path === undefined ? {} : { path }),
    ...(linkpath === undefined ? {} : { linkpath }),
    ...(length === undefined ? {} : { size: Number(length) }),
  };
}

function describe(header: Buffer, said: Said): Omit<TarEntry, "content"> {
  const type = String.fromCharCode(header[156] ?? 0);
  const isUstar = text(header, 257, 6).startsWith("ustar");
  const prefix = isUstar ? text(header, 345, 155) : "";
  const short = text(header, 0, 100);
  const name = said.path ?? (prefix === "" ? short : `${prefix}/${short}`);
  const kind = kinds[type] ?? "other";
  return {
    name,
    // Old archives mark a directory by its name alone.
    kind: kind === "file" && name.endsWith("/") ? "directory" : kind,
    mode: number(header, 100, 8) & 0o7777,
    size: kind === "file" || kind === "other" ? (said.size ?? number(header, 124, 12)) : 0,
    linkName: said.linkpath ?? text(header, 157, 100),
  };
}

/** What stands behind the end of an archive is part of the file all the same, and of its digest. */
async function drain(pieces: Pieces): Promise<void> {
  while ((await pieces.some(1 << 16)).length > 0);
}

/**
 * Reads a tar archive to the end of `source`: ustar, with the extended headers of pax and GNU. Nothing is written anywhere, and no
 * name is judged: that is for whoever uses it.
 *
 * @throws {Error} where it is no archive, or is cut short
 */
export async function* readTar(source: Readable): AsyncGenerator<TarEntry> {
  const pieces = new Pieces(source);
  let said: Said = {};
  for (let count = 0; ; count++) {
    const first = await pieces.some(blockBytes);
    if (first.length === 0 && count > 0) return;
    const header = Buffer.concat([first, await pieces.exactly(blockBytes - first.length)]);
    if (header.every((byte) => byte === 0)) return drain(pieces);
    if (!isWhole(header)) throw new Error("it is no tar archive, or a damaged one");
    const type = String.fromCharCode(header[156] ?? 0);
    if (["x", "g", "L", "K"].includes(type)) {
      said = await readSaid(pieces, type, number(header, 124, 12), said);
      continue;
    }
    const entry = describe(header, said);
    if (!Number.isSafeInteger(entry.size) || entry.size < 0)
      throw new Error(`the archive has an entry of an impossible size: ${entry.name}`);
    said = {};
    let left = entry.size;
    async function* content(): AsyncGenerator<Buffer> {
      while (left > 0) {
        const piece = await pieces.some(left);
        if (piece.length === 0) throw new Error("the archive ends in the middle of an entry");
        left -= piece.length;
        yield piece;
      }
    }
    yield { ...entry, content };
    for await (const _ of content());
    await pieces.exactly(padding(entry.size));
  }
}
