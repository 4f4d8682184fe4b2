import { Agent, get } from "node:https";
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

/** A look that takes longer counts as a miss, in ms. */
const sampleTimeoutMs = 1_000;

function look(url: string, ca: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve) => {
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
  const { from, url, ca, everyMs, report } = options;
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  // One agent for all new connections: it keeps the TLS session, and a handshake then costs next to nothing.
  const fresh = new Agent({ keepAlive: false });
  let isStopped = false;
  const busy = { new: false, kept: false };
  const sample = async (connection: "new" | "kept"): Promise<void> => {
    if (busy[connection]) return;
    busy[connection] = true;
    const agent = connection === "kept" ? kept : fresh;
    const began = performance.now();
    const error = await look(url, ca, agent);
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
  both();
  const timer = setInterval(both, everyMs);
  return () => {
    isStopped = true;
    clearInterval(timer);
    kept.destroy();
    fresh.destroy();
  };
}
