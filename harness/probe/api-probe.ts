import { Agent, get } from "node:https";
import { connect, createSecureContext } from "node:tls";
import type { ProbeSample } from "../node/agent/protocol.ts";

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

/** By a new connection each time. It does without the HTTP client of the platform, which takes more time than the handshake. */
function createFreshLook({ url, ca }: ApiProbeOptions): Look {
  const { hostname, port, host } = new URL(url);
  const secureContext = createSecureContext({ ca });
  const request = `GET /version HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  // A session that is taken up again makes the handshake cost next to nothing.
  let session: Buffer | undefined;
  return () =>
    new Promise((resolve) => {
      const socket = connect({
        host: hostname.replace(/^\[|\]$/g, ""),
        port: Number(port),
        secureContext,
        servername: "kubernetes",
        ...(session === undefined ? {} : { session }),
      });
      let answer = "";
      socket.setEncoding("latin1").setTimeout(sampleTimeoutMs);
      socket.on("session", (next: Buffer) => {
        session = next;
      });
      socket.on("secureConnect", () => socket.write(request));
      socket.on("data", (text: string) => {
        answer += text;
      });
      socket.on("timeout", () => socket.destroy(new Error(`no answer within ${sampleTimeoutMs} ms`)));
      socket.on("error", (error) => resolve(error.message));
      socket.on("close", () => {
        const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
        resolve(status === "200" ? undefined : `status ${status ?? "of no answer"}`);
      });
    });
}

/** By one connection that is kept open. */
function createKeptLook({ url, ca }: ApiProbeOptions, agent: Agent): Look {
  return () =>
    new Promise((resolve) => {
      const request = get(
        `${url}/version`,
        { agent, ca, servername: "kubernetes", timeout: sampleTimeoutMs },
        (response) => {
          response.resume();
          response.on("error", (error) => resolve(error.message));
          response.on("end", () =>
            resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${sampleTimeoutMs} ms`)));
      request.on("error", (error) => resolve(error.message));
    });
}

/**
 * Asks the API server for its version, which it knows by heart and tells anybody, over and over, by a new connection each time and by one that
 * is kept open: rules may cut one and leave the other. Every look carries bytes both ways.
 *
 * @returns stops it
 */
export function startApiProbe(options: ApiProbeOptions): () => void {
  const { from, url, everyMs, report } = options;
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const looks = { new: createFreshLook(options), kept: createKeptLook(options, kept) };
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
    report({
      from,
      to: url,
      connection,
      ok: error === undefined,
      latencyMs,
      ...(error === undefined ? {} : { error }),
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
    kept.destroy();
  };
}
