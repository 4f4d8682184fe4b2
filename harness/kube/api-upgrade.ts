import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import {
  admitExchange,
  type ApiObserver,
  beginExchange,
  confirmGiven,
  type Exchange,
  withholdAnswer,
} from "./api-exchange.ts";
import type { RuleSet } from "./api-rules.ts";
import { type EngineSide, sideOfSocket } from "./api-side.ts";
import { renderStatusAnswer } from "./api-status.ts";

export interface UpgradeParts {
  readonly options: ApiObserver & { readonly upstream: string; readonly ca: string };
  readonly rules: RuleSet;
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

/** Headers without those that are about one connection only. */
export function forwardedHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":") && !hopByHop.has(name)) kept[name] = value;
  }
  return kept;
}

function renderHead(
  status: number,
  text: string,
  headers: Readonly<Record<string, string | string[]>>,
): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${name}: ${each}`),
  );
  return `${[`HTTP/1.1 ${status} ${text}`, ...lines].join("\r\n")}\r\n\r\n`;
}

/** Both directions, until one side goes; nothing passes while the rules say silence. */
function join(engine: Duplex, server: Duplex, rules: RuleSet): void {
  const pass = (from: Duplex, to: Duplex): void => {
    from.on("data", (chunk: Buffer) => {
      if (rules.isSilent() || to.write(chunk)) return;
      from.pause();
      to.once("drain", () => from.resume());
    });
    from.on("end", () => {
      if (!rules.isSilent()) to.end();
    });
    from.on("error", () => undefined); // `close` follows.
  };
  pass(engine, server);
  pass(server, engine);
  server.on("close", () => {
    // What was written is still on its way.
    if (!rules.isSilent()) engine.end();
  });
}

interface Upgrade {
  readonly parts: UpgradeParts;
  readonly exchange: Exchange;
  readonly side: EngineSide;
  readonly socket: Socket;
}

/** The head of the API server's answer; false where the engine does not get it. */
function answerHead({ parts, exchange, side, socket }: Upgrade, response: IncomingMessage): boolean {
  const status = response.statusCode ?? 502;
  exchange.note(status);
  if (exchange.point?.answer === "withheld") {
    void withholdAnswer(exchange, status, side);
    return false;
  }
  if (parts.rules.isSilent()) return false;
  const connection: Record<string, string> =
    status === 101
      ? { connection: "Upgrade", upgrade: String(response.headers.upgrade ?? "") }
      : { connection: "close" };
  const headers = { ...forwardedHeaders(response.headers), ...connection };
  const head = renderHead(status, response.statusMessage ?? "", headers);
  socket.write(head, () => confirmGiven(exchange, status));
  return true;
}

function forwardUpgrade(upgrade: Upgrade, incoming: IncomingMessage, head: Buffer): void {
  const { parts, exchange, side, socket } = upgrade;
  const { options, rules } = parts;
  const upstream = httpsRequest(`${options.upstream}${exchange.request.path}`, {
    method: exchange.request.method,
    ca: options.ca,
    agent: false,
    servername: "kubernetes",
    headers: {
      ...forwardedHeaders(incoming.headers),
      connection: "Upgrade",
      upgrade: incoming.headers.upgrade ?? "",
    },
  });
  void side.closed.then(() => upstream.destroy());
  upstream.on("upgrade", (response, server, serverHead) => {
    server.on("error", () => undefined); // `close` follows.
    void side.closed.then(() => server.destroy());
    if (!answerHead(upgrade, response)) return;
    if (serverHead.length > 0) socket.write(serverHead);
    if (head.length > 0) server.write(head);
    join(socket, server, rules);
  });
  upstream.on("response", (response) => {
    response.on("error", () => side.reset());
    if (answerHead(upgrade, response)) response.pipe(socket);
    else response.resume();
  });
  upstream.on("error", () => {
    exchange.note(0);
    if (!rules.isSilent()) side.reset();
  });
  upstream.end();
}

/** Passes a request on that turns its connection into another protocol (exec: SPDY or WebSocket). */
export async function serveUpgrade(
  parts: UpgradeParts,
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  const { options, rules } = parts;
  socket.on("error", () => undefined); // `close` follows.
  const side = sideOfSocket(socket);
  const exchange = beginExchange(incoming.method ?? "GET", incoming.url ?? "/", rules, options);
  const admission = await admitExchange(exchange, side, rules);
  switch (admission?.kind) {
    case undefined:
      return;
    case "silence":
      exchange.note(0, true);
      return;
    case "status": {
      const { request } = exchange;
      const { status, headers, body } = renderStatusAnswer(request, admission.status, admission.retryAfterS);
      exchange.note(status, true);
      const text = renderHead(status, "Refused", { ...headers, connection: "close" });
      socket.end(text + body, () => confirmGiven(exchange, status));
      return;
    }
    case "expired": // Watches over WebSocket are not known here: passed on.
    case "pass":
      forwardUpgrade({ parts, exchange, side, socket }, incoming, head);
  }
}
