/** A frame of SPDY/3, as far as a session of exec has them. Header blocks are still compressed. */
export type SpdyFrame =
  | { readonly kind: "data"; readonly stream: number; readonly isLast: boolean; readonly data: Buffer }
  | {
      readonly kind: "syn-stream";
      readonly stream: number;
      readonly isLast: boolean;
      readonly headers: Buffer;
    }
  | { readonly kind: "syn-reply"; readonly stream: number; readonly headers: Buffer }
  | { readonly kind: "rst-stream"; readonly stream: number; readonly status: number }
  | { readonly kind: "ping"; readonly id: number }
  | { readonly kind: "go-away" }
  /** SETTINGS, HEADERS, WINDOW_UPDATE: nothing that exec depends on. */
  | { readonly kind: "other"; readonly type: number };

const headLength = 8;
const version = 3;
const controlBit = 0x8000;
const finFlag = 0x01;
/** No exec sends more in one frame; a length beyond it is no SPDY. */
const longestFrame = 1024 * 1024;

const types = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;

/** Stream ids have 31 bits. */
function idAt(payload: Buffer, offset: number): number {
  return payload.readUInt32BE(offset) & 0x7fffffff;
}

function readControl(type: number, flags: number, payload: Buffer): SpdyFrame {
  switch (type) {
    case types.synStream:
      return {
        kind: "syn-stream",
        stream: idAt(payload, 0),
        isLast: (flags & finFlag) !== 0,
        headers: payload.subarray(10),
      };
    case types.synReply:
      return { kind: "syn-reply", stream: idAt(payload, 0), headers: payload.subarray(4) };
    case types.rstStream:
      return { kind: "rst-stream", stream: idAt(payload, 0), status: payload.readUInt32BE(4) };
    case types.ping:
      return { kind: "ping", id: payload.readUInt32BE(0) };
    case types.goAway:
      return { kind: "go-away" };
    default:
      return { kind: "other", type };
  }
}

/** Cuts a stream of bytes into frames, however it arrives. */
export function createFrameReader(): (chunk: Buffer) => readonly SpdyFrame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: SpdyFrame[] = [];
    while (rest.length >= headLength) {
      const first = rest.readUInt16BE(0);
      const isControl = (first & controlBit) !== 0;
      const length = rest.readUIntBE(5, 3);
      if ((isControl && (first & ~controlBit) !== version) || length > longestFrame) {
        throw new Error(`no SPDY/3 frame: it begins with 0x${rest.subarray(0, headLength).toString("hex")}`);
      }
      if (rest.length < headLength + length) break;
      const payload = rest.subarray(headLength, headLength + length);
      const flags = rest.readUInt8(4);
      frames.push(
        isControl
          ? readControl(rest.readUInt16BE(2), flags, payload)
          : { kind: "data", stream: idAt(rest, 0), isLast: (flags & finFlag) !== 0, data: payload },
      );
      rest = rest.subarray(headLength + length);
    }
    return frames;
  };
}

function renderControl(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt16BE(controlBit | version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The bytes of a frame; `data` longer than 24 bits can say must have been cut before. */
export function renderFrame(frame: Exclude<SpdyFrame, { kind: "other" }>): Buffer {
  switch (frame.kind) {
    case "data": {
      const head = Buffer.alloc(headLength);
      head.writeUInt32BE(frame.stream, 0);
      head.writeUInt8(frame.isLast ? finFlag : 0, 4);
      head.writeUIntBE(frame.data.length, 5, 3);
      return Buffer.concat([head, frame.data]);
    }
    case "syn-stream": {
      const payload = Buffer.concat([number(frame.stream), Buffer.alloc(6), frame.headers]);
      return renderControl(types.synStream, frame.isLast ? finFlag : 0, payload);
    }
    case "syn-reply":
      return renderControl(types.synReply, 0, Buffer.concat([number(frame.stream), frame.headers]));
    case "rst-stream":
      return renderControl(types.rstStream, 0, Buffer.concat([number(frame.stream), number(frame.status)]));
    case "ping":
      return renderControl(types.ping, 0, number(frame.id));
    case "go-away":
      return renderControl(types.goAway, 0, Buffer.alloc(8));
  }
}
