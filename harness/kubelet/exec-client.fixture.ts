import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import { createInflate } from "node:zlib";
import { spdyDictionary } from "./spdy-dictionary.ts";
import { createFrameReader, renderFrame } from "./spdy-frames.ts";
import { createHeaderWriter } from "./spdy-headers.ts";

/** Both ends of a connection, which closes for both when one ends it, as a socket does. */
export function connect(): { readonly client: Duplex; readonly server: Duplex } {
  const [client, server] = duplexPair();
  for (const [own, other] of [
    [client, server],
    [server, client],
  ] as const) {
    own.on("close", () => other.destroy());
    own.on("end", () => own.end());
    own.on("error", () => undefined);
  }
  return { client, server };
}

/** What a client saw of one exec. */
export interface SeenExec {
  readonly stdout: string;
  readonly stderr: string;
  /** The Status at the end; empty where none came. */
  readonly error: string;
  /** Streams that ended. */
  readonly ended: readonly string[];
  /** Ids of the streams that were replied to. */
  readonly replied: readonly number[];
}

/** Opens the streams of an exec as client-go does, and gives what came until the connection ended. */
export async function playExec(
  socket: Duplex,
  streams: readonly string[] = ["error", "stdout", "stderr"],
): Promise<SeenExec> {
  const read = createFrameReader();
  const writeHeaders = createHeaderWriter();
  const inflate = createInflate({ dictionary: spdyDictionary });
  const texts: Record<string, string> = { stdout: "", stderr: "", error: "" };
  const ended: string[] = [];
  const replied: number[] = [];
  const nameOf = (id: number): string => streams[(id - 1) / 2] ?? "";
  socket.on("data", (chunk: Buffer) => {
    for (const frame of read(chunk)) {
      if (frame.kind === "syn-reply") {
        replied.push(frame.stream);
        inflate.write(frame.headers);
      }
      if (frame.kind !== "data") continue;
      texts[nameOf(frame.stream)] += frame.data.toString();
      if (frame.isLast) ended.push(nameOf(frame.stream));
      if (ended.length === streams.length) socket.end();
    }
  });
  for (const [position, streamtype] of streams.entries()) {
    const headers = writeHeaders({ streamtype });
    socket.write(renderFrame({ kind: "syn-stream", stream: 2 * position + 1, isLast: false, headers }));
  }
  await once(socket, "close");
  const { stdout = "", stderr = "", error = "" } = texts;
  return { stdout, stderr, error, ended, replied };
}
