import { Agent, request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { textAt } from "./objects.ts";
import type { Config } from "./config.ts";

/** An answer of the API server other than 2xx. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The three calls that the engine makes, on node:https alone: a client library costs more start-up
 * time than everything else together.
 */
export class Api {
  readonly #options: RequestOptions;

  constructor(config: Pick<Config, "apiServer" | "token" | "ca">) {
    // A peer that vanished without a word is noticed by keep-alive probes, after some 13 s.
    const agent = new Agent({ keepAlive: true, keepAliveMsecs: 3_000, ca: config.ca });
    this.#options = {
      host: config.apiServer.hostname.replace(/^\[|\]$/g, ""),
      port: config.apiServer.port || 443,
      agent,
      headers: { authorization: `Bearer ${config.token}`, accept: "application/json" },
    };
  }

  /** One object or list, within 10 s. */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await this.#call("GET", path, AbortSignal.any([signal, AbortSignal.timeout(10_000)]));
    return JSON.parse(await bodyOf(answer)) as unknown;
  }

  /** The lines of a watch, until the server ends it; throws where it was cut. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const answer = await this.#call("GET", path, signal);
    answer.socket.setKeepAlive(true, 3_000);
    let rest = "";
    for await (const chunk of answer.setEncoding("utf8")) {
      const lines = `${rest}${String(chunk)}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line !== "");
    }
  }

  /** A write within 10 s; PATCH is a merge patch. */
  async write(method: "POST" | "PATCH" | "DELETE", path: string, content: unknown = {}): Promise<void> {
    // With a body DELETE would have no length, and its end would be taken for the next request.
    const body = method === "DELETE" ? undefined : JSON.stringify(content);
    await bodyOf(await this.#call(method, path, AbortSignal.timeout(10_000), body));
  }

  async #call(method: string, path: string, signal: AbortSignal, body?: string): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const format = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const type = body === undefined ? {} : { "content-type": format };
    const headers = { ...(this.#options.headers as Record<string, string>), ...type };
    const call = request({ ...this.#options, method, path, headers, signal }, resolve);
    call.on("error", reject);
    call.on("socket", (socket) => socket.setNoDelay(true));
    call.end(body);
    const answer = await promise;
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) {
      throw new ApiError(status, `${method} ${path}: ${status} ${messageOf(await bodyOf(answer))}`);
    }
    return answer;
  }
}

/** The sentence in a Status object; else the beginning of what came. */
function messageOf(body: string): string {
  try {
    return textAt(JSON.parse(body), "message") ?? body.slice(0, 200);
  } catch {
    // Whatever stands between us and the API server answers in its own format.
    return body.slice(0, 200);
  }
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of answer.setEncoding("utf8")) body += String(chunk);
  return body;
}
