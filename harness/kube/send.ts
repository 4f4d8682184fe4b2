import { request as httpsRequest } from "node:https";
import type { ApiAccess } from "./api-access.ts";

const timeoutMs = 30_000;

/** An answer; `body` is text where it is no JSON. */
interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends one request; rejects where no answer comes within 30 s. */
export async function send(
  access: ApiAccess,
  method: string,
  path: string,
  body?: unknown,
  contentType = "application/json",
): Promise<ApiAnswer> {
  const options = { method, timeout: timeoutMs, ...(await access.options()) };
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...options.headers,
    accept: "application/json",
    ...(text === undefined
      ? {}
      : { "content-type": contentType, "content-length": String(Buffer.byteLength(text)) }),
  };
  return await new Promise((resolve, reject) => {
    const request = httpsRequest(new URL(access.server + path), { ...options, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString("utf8");
        const isJson = response.headers["content-type"]?.startsWith("application/json") === true;
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(answer) : answer });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on("error", reject);
    request.end(text);
  });
}
