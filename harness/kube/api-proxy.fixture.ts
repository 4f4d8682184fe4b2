import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { Agent, createServer, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { createAuthority } from "../cluster/sandbox/certificates.ts";
import type { ApiWrite } from "./api-exchange.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";

type Protocol = "HTTP/1.1" | "HTTP/2";
export const protocols: readonly Protocol[] = ["HTTP/1.1", "HTTP/2"];

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

/** A stand-in for the API server: answers anything, streams watches, echoes what is upgraded. */
interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** To every watch that is open on that path. */
  emit(pathname: string, event: Buffer | string): void;
  endWatches(): void;
  /** Answers wait for this. */
  hold(): { release(): void };
}

/** What an engine gets. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  text(): string;
  bytes(): Buffer;
  /** How it ended: as it should, or broken off. */
  readonly ended: Promise<"whole" | "broken">;
}

interface TestEngine extends Disposable {
  /** Resolves with the head; rejects where none came. */
  open(method: string, path: string, options?: SendOptions): Promise<Answer>;
  /** Resolves with the whole answer. */
  ask(method: string, path: string, options?: SendOptions): Promise<Answer>;
}

interface SendOptions {
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

interface Keys {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

let keys: Promise<Keys> | undefined;

export function testKeys(): Promise<Keys> {
  keys ??= (async () => {
    const authority = await createAuthority();
    const own = await authority.issue("kubernetes", { dns: ["kubernetes", "localhost"], ip: ["127.0.0.1"] });
    return { ca: authority.certificate, ...own };
  })();
  return keys;
}

/** An event as the API server writes it. */
export function eventLine(name: string, type = "MODIFIED"): string {
  return `${JSON.stringify({ type, object: { kind: "Service", metadata: { name } } })}\n`;
}

async function bodyOf(request: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function startUpstream({ certificate: cert, key }: Keys): Promise<Upstream> {
  const seen: Seen[] = [];
  const watches = new Map<ServerResponse, string>();
  let held = Promise.resolve();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, path: url, headers, body: await bodyOf(request) });
    await held;
    if (url.includes("watch=")) {
      const isProtobuf = headers.accept?.includes("protobuf") === true;
      const contentType = isProtobuf
        ? "application/vnd.kubernetes.protobuf;stream=watch"
        : "application/json";
      response.writeHead(200, { "content-type": contentType }).flushHeaders();
      watches.set(response, url.split("?")[0] ?? "");
      response.on("close", () => watches.delete(response));
      return;
    }
    const status = method === "POST" ? 201 : 200;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ done: url }));
  };
  const server = createServer({ cert, key }, (request, response) => {
    answer(request, response).catch(() => response.destroy()); // The proxy broke the request off.
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, path: url, headers, body: "" });
    socket.on("error", () => undefined);
    if (url.includes("forbidden")) {
      socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
      return;
    }
    socket.write(`HTTP/1.1 101 Switching\r\nconnection: Upgrade\r\nupgrade: ${headers.upgrade}\r\n\r\nhello`);
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `https://127.0.0.1:${port}`,
    seen,
    emit(pathname, event) {
      for (const [response, path] of watches) if (path === pathname) response.write(event);
    },
    endWatches() {
      for (const response of watches.keys()) response.end();
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return { release: resolve };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}

function collect(
  status: number,
  headers: Record<string, unknown>,
  stream: Readable,
  isWhole: () => boolean,
): Answer {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<"whole" | "broken">((resolve) => {
    stream.on("error", () => undefined); // `close` follows.
    stream.on("close", () => resolve(isWhole() ? "whole" : "broken"));
  });
  const bytes = (): Buffer => Buffer.concat(chunks);
  return { status, headers, bytes, text: () => bytes().toString(), ended };
}

type Open = TestEngine["open"];

function overHttp1(port: number, { ca }: Keys): { readonly open: Open; readonly close: () => void } {
  const agent = new Agent({ keepAlive: true });
  const open: Open = (method, path, { body, headers, signal } = {}) =>
    new Promise((resolve, reject) => {
      const length: Record<string, string> = body === undefined ? {} : { "content-length": `${body.length}` };
      const request = httpsRequest(
        `https://127.0.0.1:${port}${path}`,
        { method, ca, agent, headers: { ...length, ...headers }, ...(signal && { signal }) },
        (response) => {
          const isWhole = (): boolean => response.complete;
          resolve(collect(response.statusCode ?? 0, response.headers, response, isWhole));
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  return { open, close: () => agent.destroy() };
}

function overHttp2(port: number, { ca }: Keys): { readonly open: Open; readonly close: () => void } {
  const connect = (): ReturnType<typeof connectHttp2> => {
    const made = connectHttp2(`https://127.0.0.1:${port}`, { ca });
    made.on("error", () => undefined); // Each of its streams says so.
    return made;
  };
  let session = connect();
  const open: Open = (method, path, { body, headers, signal } = {}) =>
    new Promise((resolve, reject) => {
      if (session.closed || session.destroyed) session = connect();
      const head = { ":method": method, ":path": path, ...headers };
      const stream = session.request(head, { endStream: body === undefined, ...(signal && { signal }) });
      const isWhole = (): boolean => stream.rstCode === 0;
      stream.on("error", reject);
      stream.on("close", () => reject(new Error("closed without an answer")));
      stream.on("response", (answer) => resolve(collect(answer[":status"] ?? 0, answer, stream, isWhole)));
      if (body !== undefined) stream.end(body);
    });
  return { open, close: () => session.destroy() };
}

export interface Bench extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly proxy: ApiProxy;
  readonly writes: readonly ApiWrite[];
  readonly requests: readonly string[];
  /** With connections of its own. */
  engine(protocol: Protocol): TestEngine;
}

/** A proxy between engines of the test and a stand-in for the API server. */
export async function startBench(): Promise<Bench> {
  await using undo = new AsyncDisposableStack();
  const own = await testKeys();
  const upstream = undo.use(await startUpstream(own));
  const writes: ApiWrite[] = [];
  const requests: string[] = [];
  const proxy = undo.use(
    await startApiProxy({
      ...own,
      upstream: upstream.url,
      host: "127.0.0.1",
      port: 0,
      onRequest: ({ method, path }) => void requests.push(`${method} ${path}`),
      onWrite: (write) => void writes.push(write),
    }),
  );
  const owned = undo.move();
  return {
    upstream,
    proxy,
    writes,
    requests,
    engine(protocol) {
      const { open, close } = protocol === "HTTP/2" ? overHttp2(proxy.port, own) : overHttp1(proxy.port, own);
      owned.defer(close);
      const ask: Open = async (...message) => {
        const answer = await open(...message);
        if ((await answer.ended) === "broken") throw new Error("the answer was broken off");
        return answer;
      };
      return { open, ask, [Symbol.dispose]: close };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Whether it has not settled within `ms`: that something does not happen is seen by no state, only by waiting. */
export async function isPending(promise: Promise<unknown>, ms = 60): Promise<boolean> {
  const timer = Promise.withResolvers<true>();
  setTimeout(() => timer.resolve(true), ms);
  const settled = promise.then(
    () => false,
    () => false,
  );
  return Promise.race([settled, timer.promise]);
}
