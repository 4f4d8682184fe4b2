import type { Duplex } from "node:stream";
import { createFrameReader, renderFrame, type SpdyFrame } from "./spdy-frames.ts";
import { createHeaderReader, createHeaderWriter, type SpdyHeaders } from "./spdy-headers.ts";

/** A stream that the other side has opened. */
export interface SpdyStream {
  readonly headers: SpdyHeaders;
  write(data: Buffer): void;
  /** Nothing more comes from us. */
  end(): void;
}

export interface SpdySession {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  /** Breaks the connection off. */
  destroy(): void;
  /** Ends the connection when all that was written is sent. */
  end(): void;
}

/** Frames are cut to this, so that nobody waits behind a large one. */
const chunkBytes = 32 * 1024;

/**
 * The answering side of a SPDY/3.1 session, as far as the Kubernetes exec protocol uses it: the other side
 * opens streams, we write into them. No flow control: client-go asks for none.
 *
 * @param onStream - called for each stream in the order in which they were opened
 */
export function serveSpdy(socket: Duplex, head: Buffer, onStream: (stream: SpdyStream) => void): SpdySession {
  const readFrames = createFrameReader();
  const readHeaders = createHeaderReader();
  const renderHeaders = createHeaderWriter();
  const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  const send = (frame: Exclude<SpdyFrame, { kind: "other" }>): void => {
    if (!socket.destroyed) socket.write(renderFrame(frame));
  };
  const open = (stream: number, headers: SpdyHeaders): SpdyStream => ({
    headers,
    write(data) {
      for (let from = 0; from < data.length; from += chunkBytes) {
        send({ kind: "data", stream, isLast: false, data: data.subarray(from, from + chunkBytes) });
      }
    },
    end: () => send({ kind: "data", stream, isLast: true, data: Buffer.alloc(0) }),
  });
  const take = async (frame: SpdyFrame): Promise<void> => {
    if (frame.kind === "ping") send(frame);
    if (frame.kind !== "syn-stream") return;
    const headers = await readHeaders(frame.headers);
    send({ kind: "syn-reply", stream: frame.stream, headers: renderHeaders({}) });
    onStream(open(frame.stream, headers));
  };
  // One after the other: header blocks share one compression.
  let taken = Promise.resolve();
  const feed = (chunk: Buffer): void => {
    taken = taken
      .then(async () => {
        for (const frame of readFrames(chunk)) await take(frame);
      })
      // What is no SPDY ends the connection, as the other side would.
      .catch(() => void socket.destroy());
  };
  socket.on("error", () => undefined); // `close` follows.
  socket.on("data", feed);
  if (head.length > 0) feed(head);
  return { closed, destroy: () => void socket.destroy(), end: () => void socket.end() };
}
