import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { Agent, request as httpsRequest } from "node:https";
import { createServer, type Socket } from "node:net";
import {
  admitExchange,
  type ApiObserver,
  beginExchange,
  confirmGiven,
  type Exchange,
  withholdAnswer,
} from "./api-exchange.ts";
import { type ApiFaults, createRuleSet, type RuleSet } from "./api-rules.ts";
import { type EngineSide, endOf, sideOfRequest } from "./api-side.ts";
import { acceptedWatchType, renderGoneEvent, renderStatusAnswer } from "./api-status.ts";
import { type UpgradeParts, forwardedHeaders, serveUpgrade } from "./api-upgrade.ts";
import { relayWatch } from "./api-watch.ts";

export interface ApiProxyOptions extends ApiObserver {
  /** https URL of the API server. */
  readonly upstream: string;
  /** PEM of the CA of both sides. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface ApiProxy extends AsyncDisposable {
  readonly port: number;
  readonly faults: ApiFaults;
  /** Breaks off every connection of the engine, as the death of the API server does. */
  hangUp(): void;
}

interface Parts extends UpgradeParts {
  readonly options: ApiProxyOptions;
  readonly agent: Agent;
  /** `address:port` of the engine's end -> connection. */
  readonly connections: Map<string, Socket>;
}

/** Passes the answer of the API server on. */
function relayAnswer(
  parts: Parts,
  exchange: Exchange,
  side: EngineSide,
  response: IncomingMessage,
  outgoing: Http2ServerResponse,
): void {
  const { rules } = parts;
  const { request, point } = exchange;
  const status = response.statusCode ?? 502;
  exchange.note(status);
  if (point?.answer === "withheld") {
    response.on("error", () => side.reset());
    response.on("end", () => void withholdAnswer(exchange, status, side));
    response.resume();
    return;
  }
  if (rules.isSilent() || side.isClosed()) {
    response.on("error", () => undefined); // Nobody is told any more.
    response.resume();
    return;
  }
  outgoing.writeHead(status, forwardedHeaders(response.headers));
  outgoing.on("finish", () => confirmGiven(exchange, status));
  if (request.verb === "watch" && status === 200) {
    const contentType = response.headers["content-type"];
    if ("flushHeaders" in outgoing && typeof outgoing.flushHeaders === "function") outgoing.flushHeaders();
    relayWatch({ request, contentType, response, side, rules });
    return;
  }
  response.on("error", () => side.reset());
  response.on("data", (chunk: Buffer) => {
    if (!rules.isSilent()) side.write(chunk, response);
  });
  response.on("end", () => {
    if (!rules.isSilent()) side.end();
  });
}

function forward(
  parts: Parts,
  exchange: Exchange,
  side: EngineSide,
  incoming: Http2ServerRequest,
  outgoing: Http2ServerResponse,
): void {
  const { options, agent } = parts;
  const { method, path, isWrite } = exchange.request;
  const headers = forwardedHeaders(incoming.headers);
  // Node gives the body of a DELETE no length of its own.
  if (isWrite && headers["content-length"] === undefined) headers["transfer-encoding"] = "chunked";
  const upstream = httpsRequest(
    `${options.upstream}${path}`,
    { method, agent, ca: options.ca, servername: "kubernetes", headers },
    (response) => relayAnswer(parts, exchange, side, response, outgoing),
  );
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    exchange.note(0);
    if (parts.rules.isSilent()) return;
    // Where nobody listens, the engine too is to find nobody.
    if (error.code === "ECONNREFUSED") side.hangUp();
    else side.reset();
  });
  void side.closed.then(() => upstream.destroy());
  incoming.pipe(upstream);
}

async function serve(
  parts: Parts,
  incoming: Http2ServerRequest,
  outgoing: Http2ServerResponse,
): Promise<void> {
  const { options, rules, connections } = parts;
  const side = sideOfRequest(incoming, outgoing, connections);
  incoming.on("error", () => undefined); // The end of the engine's side is heard of by `closed`.
  const exchange = beginExchange(incoming.method, incoming.url, rules, options);
  const admission = await admitExchange(exchange, side, rules);
  switch (admission?.kind) {
    case undefined:
      return;
    case "silence":
      exchange.note(0, true);
      return;
    case "status": {
      const { status, headers, body } = renderStatusAnswer(
        exchange.request,
        admission.status,
        admission.retryAfterS,
      );
      exchange.note(status, true);
      incoming.resume();
      outgoing.on("finish", () => confirmGiven(exchange, status));
      outgoing.writeHead(status, headers).end(body);
      return;
    }
    case "expired": {
      const { encoding, contentType } = acceptedWatchType(incoming.headers.accept);
      outgoing.writeHead(200, { "content-type": contentType }).end(renderGoneEvent(encoding));
      return;
    }
    case "pass":
      forward(parts, exchange, side, incoming, outgoing);
  }
}

/**
 * Stands between one engine and the API server: passes everything on as it is, the engine's own bearer
 * token included, over HTTP/2 or HTTP/1.1, watches streamed, upgrades too, and tells of every request and
 * write. What it does beside that is said by its faults, of which none is in force at first.
 */
export async function startApiProxy(options: ApiProxyOptions): Promise<ApiProxy> {
  const agent = new Agent({ keepAlive: true });
  const connections: Parts["connections"] = new Map();
  const hangUp = (): void => {
    for (const socket of connections.values()) socket.destroy();
  };
  const rules: RuleSet = createRuleSet(hangUp);
  const parts: Parts = { options, agent, rules, connections };
  const secure = createSecureServer(
    { cert: options.certificate, key: options.key, allowHTTP1: true },
    (incoming, outgoing) => void serve(parts, incoming, outgoing),
  );
  secure.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    void serveUpgrade(parts, incoming, socket, head);
  });
  secure.on("sessionError", () => undefined);
  secure.on("tlsClientError", () => undefined);
  // In front of TLS, so that a connection can be left without a single byte.
  const server = createServer((socket) => {
    const end = endOf(socket);
    connections.set(end, socket);
    socket.on("error", () => undefined); // Engines are killed in the middle of everything.
    socket.on("close", () => connections.delete(end));
    if (!rules.holdsConnection()) secure.emit("connection", socket);
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    faults: rules.faults,
    hangUp,
    async [Symbol.asyncDispose]() {
      hangUp();
      agent.destroy();
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}
