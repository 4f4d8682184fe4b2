import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";

/** The way back to the engine, for one request. */
export interface EngineSide {
  /** The same for requests on the same connection. */
  readonly connection: string;
  /** Resolves when the answer is passed on completely, or the engine is gone. */
  readonly closed: Promise<void>;
  isClosed(): boolean;
  /** Part of the answer; `source` waits where the engine does not read. */
  write(chunk: Buffer, source: Readable): void;
  end(last?: Buffer): void;
  /** Breaks this request off, and no other where the connection carries more (HTTP/2). */
  reset(): void;
  /** Breaks the connection off. */
  hangUp(): void;
}

/** What a connection of an engine is called: its own end of it. */
export function endOf(socket: Pick<Socket, "remoteAddress" | "remotePort">): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}

function sideOf(
  writable: Writable,
  connection: string,
  breaks: Pick<EngineSide, "reset" | "hangUp">,
): EngineSide {
  const closed = Promise.withResolvers<void>();
  let isClosed = false;
  writable.once("close", () => {
    isClosed = true;
    closed.resolve();
  });
  return {
    connection,
    closed: closed.promise,
    isClosed: () => isClosed,
    write(chunk, source) {
      if (isClosed || writable.write(chunk)) return;
      source.pause();
      writable.once("drain", () => source.resume());
    },
    end(last) {
      if (!isClosed) writable.end(last ?? "");
    },
    ...breaks,
  };
}

/** @param connections - name of the engine's end -> the connection below TLS */
export function sideOfRequest(
  incoming: Http2ServerRequest,
  outgoing: Http2ServerResponse,
  connections: ReadonlyMap<string, Socket>,
): EngineSide {
  const connection = endOf(incoming.socket);
  // Absent where the engine speaks HTTP/1.1.
  const stream: Http2ServerResponse["stream"] | undefined = outgoing.stream;
  const hangUp = (): void => void connections.get(connection)?.destroy();
  const reset = (): void =>
    stream === undefined ? hangUp() : stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  return sideOf(outgoing as unknown as Writable, connection, { reset, hangUp });
}

/** A request that has the connection for itself from here on. */
export function sideOfSocket(socket: Socket): EngineSide {
  const destroy = (): void => void socket.destroy();
  return sideOf(socket, endOf(socket), { reset: destroy, hangUp: destroy });
}
