import { createConnection } from "node:net";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { ProbeSample } from "../node/agent/protocol.ts";
import { toldStallMs, watchStalls } from "./stall-watch.ts";
import { recordHello } from "./tls-hello.ts";

export interface ApiProbeOptions {
  readonly from: string;
  /** `https://172.30.0.10:6443` */
  readonly url: string;
  /** PEM */
  readonly ca: string;
  readonly everyMs: number;
  readonly report: (sample: ProbeSample) => void;
}

/** The first looks of a prober come one right after the other: they are the control window, before the engine is started. */
export const controlSamples = 3;

/** A look that takes longer counts as a miss, in ms. */
const sampleTimeoutMs = 1_000;

/** Asks once; resolves with what went wrong, if anything did. */
type Look = () => Promise<string | undefined>;

interface Place {
  readonly host: string;
  readonly port: number;
}

function placeOf(url: string): Place {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
}

const noAnswer = `no answer within ${sampleTimeoutMs} ms`;

/**
 * After a stall timers come before what the network has brought meanwhile: an answer that is there already counts.
 */
function oneTurnLater(then: () => void): void {
  setImmediate(then);
}

/** First byte of a TLS record that goes on with the handshake; an alert has another. */
const handshakeRecord = 0x16;

/**
 * By a new connection each time, which ends once the server has taken up a TLS handshake: bytes went both ways, and the rest of it
 * costs ten times as much on either side.
 */
function createFreshLook(url: string, hello: Promise<Buffer>): Look {
  const place = placeOf(url);
  return async () => {
    const words = await hello;
    return new Promise((resolve) => {
      const socket = createConnection({ ...place, noDelay: true });
      // A limit, as that of the kept one: what is waited for are the server's words.
      socket.setTimeout(sampleTimeoutMs, () => oneTurnLater(() => socket.destroy(new Error(noAnswer))));
      socket.on("connect", () => socket.write(words));
      socket.on("data", (answer: Buffer) => {
        resolve(answer[0] === handshakeRecord ? undefined : "the handshake was refused");
        socket.destroy();
      });
      socket.on("error", (error) => resolve(error.message));
      // Whoever has resolved before keeps to it.
      socket.on("close", () => resolve("closed without an answer"));
    });
  };
}

/** Whether all of a body is there, by what the head says of its length; undefined where that says nothing. */
function isWhole(head: string, body: string): boolean | undefined {
  if (/^transfer-encoding: *chunked/im.test(head)) return body.endsWith("0\r\n\r\n");
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  return length === undefined ? undefined : body.length >= Number(length);
}

/** The status of an answer that is there as a whole; undefined while more of it is to come. */
function statusOf(answer: string): string | undefined {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = answer.slice(0, end);
  const whole = isWhole(head, answer.slice(end + 4));
  if (whole === undefined) return "of unknown length";
  return whole ? (/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? "of no HTTP") : undefined;
}

/** By one connection that is kept open, and opened anew where it broke. Without the platform's HTTP client, which takes several times as long. */
function createKeptLook(url: string, secureContext: SecureContext): Look & { end(): void } {
  const place = placeOf(url);
  const request = `GET /version HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`;
  let socket: TLSSocket | undefined;
  let settle: (problem: string | undefined) => void = () => undefined;
  let answer = "";
  const open = (): TLSSocket => {
    const opened = connect({ ...place, secureContext, servername: "kubernetes" });
    const lose = (problem: string): void => {
      if (socket !== opened) return;
      socket = undefined;
      settle(problem);
    };
    opened.setNoDelay(true);
    opened.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
      const status = statusOf(answer);
      if (status !== undefined) settle(status === "200" ? undefined : `status ${status}`);
    });
    opened.on("error", (error) => lose(error.message));
    opened.on("close", () => lose("closed without an answer"));
    return opened;
  };
  const look = (): Promise<string | undefined> =>
    new Promise((resolve) => {
      const giveUp = (): void => {
        if (settle !== mine) return;
        const late = socket;
        socket = undefined;
        settle(noAnswer);
        late?.destroy();
      };
      const timer = setTimeout(() => oneTurnLater(giveUp), sampleTimeoutMs);
      const mine = (problem: string | undefined): void => {
        clearTimeout(timer);
        settle = () => undefined;
        resolve(problem);
      };
      settle = mine;
      answer = "";
      socket ??= open();
      socket.write(request);
    });
  return Object.assign(look, { end: () => void socket?.destroy() });
}

/**
 * Looks at the API server over and over, by a new connection each time and by one that is kept open, which asks for its version: it
 * knows that by heart and tells anybody. Rules may cut one and leave the other. Every look carries bytes both ways.
 *
 * @returns stops it
 */
export function startApiProbe(options: ApiProbeOptions): () => void {
  const { from, url, ca, everyMs, report } = options;
  const secureContext = createSecureContext({ ca });
  const kept = createKeptLook(url, secureContext);
  const looks = { new: createFreshLook(url, recordHello(secureContext, "kubernetes")), kept };
  const stalls = watchStalls();
  let isStopped = false;
  const busy = { new: false, kept: false };
  const sample = async (connection: "new" | "kept"): Promise<void> => {
    if (busy[connection]) return;
    busy[connection] = true;
    const began = performance.now();
    const error = await looks[connection]();
    busy[connection] = false;
    if (isStopped) return;
    const latencyMs = Math.round((performance.now() - began) * 10) / 10;
    const stalledMs = Math.round(stalls.longestSince(began));
    report({
      from,
      to: url,
      connection,
      ok: error === undefined,
      latencyMs,
      ...(error === undefined ? {} : { error }),
      ...(stalledMs < toldStallMs ? {} : { stalledMs }),
    });
  };
  const both = (): void => {
    void sample("new");
    void sample("kept");
  };
  const firstOf = async (connection: "new" | "kept"): Promise<void> => {
    for (let count = 0; count < controlSamples && !isStopped; count++) await sample(connection);
  };
  void firstOf("new");
  void firstOf("kept");
  const timer = setInterval(both, everyMs);
  return () => {
    isStopped = true;
    clearInterval(timer);
    stalls[Symbol.dispose]();
    kept.end();
  };
}
