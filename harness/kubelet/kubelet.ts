import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { createExecOrders, type ExecOrder, type GivenOrder } from "./exec-orders.ts";
import { type ExecRequest, readExecRequest } from "./exec-request.ts";
import { type ExecState, type RunCommand, serveExec } from "./serve-exec.ts";

export interface KubeletOptions {
  /** PEM of the CA that signed the certificates of both sides. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** Common name of the only client that is let in: an exec is a root shell on the node. */
  readonly client: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly run: RunCommand;
  readonly onExec: (request: ExecRequest, state: ExecState, exitCode?: number) => void;
}

/** As much of a kubelet as pods/exec needs, and what can be done to the next exec. */
export interface Kubelet extends AsyncDisposable {
  readonly port: number;
  order(order: ExecOrder): GivenOrder;
  /** Whether a command runs whose end is to be waited for. What an order holds does not count. */
  isBusy(): boolean;
  /** Breaks off every connection, as the death of a kubelet does. What has begun goes on to its end. */
  hangUp(): void;
}

const protocol = "v4.channel.k8s.io";

function refuse(socket: Duplex, status: string, why: string): void {
  const body = `${why}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

function commonName(socket: Duplex): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const name = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : undefined;
}

/** What is wrong with an upgrade, as status and sentence. */
function complaintOf(
  incoming: IncomingMessage,
  socket: Duplex,
  { client }: KubeletOptions,
): readonly [string, string] | undefined {
  const name = commonName(socket);
  if (name !== client) return ["403 Forbidden", `${name ?? "nobody"} may not exec here.`];
  if (incoming.headers.upgrade?.toUpperCase() !== "SPDY/3.1") {
    return ["400 Bad Request", `upgrade to "${incoming.headers.upgrade ?? ""}" is not SPDY/3.1.`];
  }
  const offered = String(incoming.headers["x-stream-protocol-version"] ?? "").split(/,\s*/);
  if (!offered.includes(protocol))
    return ["403 Forbidden", `${protocol} is not among: ${offered.join(", ")}.`];
  return undefined;
}

/**
 * Starts it. It answers `/exec/...` for API servers, over SPDY/3.1 and v4.channel.k8s.io, and nothing else.
 *
 * No library serves these frames: npm's spdy-transport refuses streams without `:method` and `:path`, which
 * Go's clients do not send, and the others are clients over WebSocket.
 */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { ca, certificate, key, host, run, onExec } = options;
  const orders = createExecOrders();
  const sockets = new Set<Duplex>();
  let running = 0;
  const counted: RunCommand = async (request, output, stopAfterWrites) => {
    running += 1;
    try {
      return await run(request, output, stopAfterWrites);
    } finally {
      running -= 1;
    }
  };
  const server = createServer(
    { ca, cert: certificate, key, requestCert: true, rejectUnauthorized: true },
    (_, answer) => void answer.writeHead(404).end(),
  );
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // `close` follows.
    socket.on("close", () => sockets.delete(socket));
    const complaint = complaintOf(incoming, socket, options);
    if (complaint !== undefined) return refuse(socket, ...complaint);
    const request = readExecRequest(incoming.url ?? "");
    if (typeof request === "string") return refuse(socket, "400 Bad Request", request);
    const upgrade = "Connection: Upgrade\r\nUpgrade: SPDY/3.1";
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
    );
    const note = (state: ExecState, exitCode?: number): void => onExec(request, state, exitCode);
    const order = orders.take(request.command);
    serveExec(socket, head, { request, order, run: counted, note }).catch(() => void socket.destroy());
    return undefined;
  });
  server.on("tlsClientError", () => undefined);
  server.listen(options.port, host);
  await once(server, "listening");
  const address = server.address();
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    order: (order) => orders.give(order),
    isBusy: () => running > 0,
    hangUp,
    async [Symbol.asyncDispose]() {
      orders.releaseAll();
      hangUp();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
