import { once } from "node:events";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { Agent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";

/** One request of an engine that changed, or tried to change, something at the API. */
export interface ApiWrite {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** 0 where no answer came. */
  readonly status: number;
}

export interface ApiProxyOptions {
  /** https URL of the API server. */
  readonly upstream: string;
  /** PEM of the CA of both sides. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly onRequest: (request: { readonly method: string; readonly path: string }) => void;
  readonly onWrite: (write: ApiWrite) => void;
}

export interface ApiProxy extends AsyncDisposable {
  readonly port: number;
}

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "proxy-connection",
  "host",
  "te",
]);

function forwardedHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":") && !hopByHop.has(name)) kept[name] = value;
  }
  return kept;
}

const reads = new Set(["GET", "HEAD", "OPTIONS"]);

function forward(
  incoming: Http2ServerRequest,
  outgoing: Http2ServerResponse,
  options: ApiProxyOptions,
  agent: Agent,
): void {
  const { method, url: path } = incoming;
  const isWrite = !reads.has(method);
  let isNoted = !isWrite;
  const note = (status: number): void => {
    if (isNoted) return;
    isNoted = true;
    options.onWrite({ method, path, status });
  };
  options.onRequest({ method, path });
  const headers = forwardedHeaders(incoming.headers);
  // Node gives the body of a DELETE no length of its own.
  if (isWrite && headers["content-length"] === undefined) headers["transfer-encoding"] = "chunked";
  const upstream = httpsRequest(
    `${options.upstream}${path}`,
    { method, agent, ca: options.ca, servername: "kubernetes", headers },
    (response) => {
      note(response.statusCode ?? 0);
      if (outgoing.destroyed) {
        upstream.destroy();
        return;
      }
      outgoing.writeHead(response.statusCode ?? 502, forwardedHeaders(response.headers));
      response.on("error", () => outgoing.stream?.destroy());
      response.pipe(outgoing as unknown as NodeJS.WritableStream);
    },
  );
  upstream.on("error", () => {
    note(0);
    if (outgoing.headersSent || outgoing.destroyed) outgoing.stream?.destroy();
    else outgoing.writeHead(502).end();
  });
  outgoing.on("close", () => upstream.destroy());
  incoming.on("error", () => upstream.destroy());
  incoming.pipe(upstream);
}

/**
 * Stands between one engine and the API server: passes everything on as it is, the engine's own bearer
 * token included, over HTTP/2 or HTTP/1.1, watches streamed, and tells of every request and write.
 */
export async function startApiProxy(options: ApiProxyOptions): Promise<ApiProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const server = createSecureServer(
    { cert: options.certificate, key: options.key, allowHTTP1: true },
    (incoming, outgoing) => forward(incoming, outgoing, options, agent),
  );
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // Engines are killed in the middle of everything.
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("sessionError", () => undefined);
  server.on("tlsClientError", () => undefined);
  server.listen(options.port, options.host);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}
