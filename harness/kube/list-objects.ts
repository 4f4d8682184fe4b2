import { request as httpsRequest } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { HarnessError } from "../errors/harness-error.ts";
import type { KubeObject } from "../model/objects.ts";

/** A kind to list, over all namespaces. */
export interface ListedKind {
  readonly kind: string;
  readonly apiVersion: string;
  /** Below the server: `/api/v1/services`. */
  readonly path: string;
}

/** One kind, as it was answered. `refused` says why it could not be seen; where it is absent from the API, there are none. */
interface ListAnswer {
  readonly kind: string;
  readonly objects: readonly KubeObject[];
  readonly refused?: string;
}

/** Reads an API, and never writes to it but for Events. */
export interface ObjectReader {
  list(kind: ListedKind): Promise<ListAnswer>;
  /** Creates an object; gives the status of the answer. */
  create(path: string, object: KubeObject): Promise<number>;
}

const timeoutMs = 30_000;
const pageSize = 500;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function send(config: KubeConfig, method: string, path: string, body?: unknown): Promise<Answer> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("no cluster");
  const options = { method, timeout: timeoutMs, headers: {} as Record<string, string> };
  await config.applyToHTTPSOptions(options);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...options.headers,
    accept: "application/json",
    ...(text === undefined
      ? {}
      : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
  };
  return await new Promise((resolve, reject) => {
    const request = httpsRequest(
      new URL(cluster.server.replace(/\/$/, "") + path),
      { ...options, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const answer = Buffer.concat(chunks).toString("utf8");
          const isJson = response.headers["content-type"]?.startsWith("application/json") === true;
          resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(answer) : answer });
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on("error", reject);
    request.end(text);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Items of a list carry neither kind nor version: the list does. */
function asObject(item: unknown, { kind, apiVersion }: ListedKind): KubeObject | undefined {
  if (!isObject(item) || !isObject(item["metadata"]) || typeof item["metadata"]["name"] !== "string")
    return undefined;
  return { ...item, apiVersion, kind, metadata: { ...item["metadata"], name: item["metadata"]["name"] } };
}

async function listAll(config: KubeConfig, kind: ListedKind): Promise<ListAnswer> {
  const objects: KubeObject[] = [];
  for (let page = ""; ; ) {
    const { status, body } = await send(config, "GET", `${kind.path}?limit=${pageSize}${page}`);
    if (status === 404) return { kind: kind.kind, objects: [] };
    if (status !== 200) {
      const seen =
        isObject(body) && typeof body["message"] === "string" ? body["message"] : `status ${status}`;
      return { kind: kind.kind, objects: [], refused: seen };
    }
    const items = isObject(body) && Array.isArray(body["items"]) ? body["items"] : [];
    objects.push(...items.flatMap((item: unknown) => asObject(item, kind) ?? []));
    const next = isObject(body) && isObject(body["metadata"]) ? body["metadata"]["continue"] : undefined;
    if (typeof next !== "string" || next === "") return { kind: kind.kind, objects };
    page = `&continue=${encodeURIComponent(next)}`;
  }
}

/**
 * Connects to the API of a kubeconfig's current context, or (`in-cluster`) of the pod that this runs in.
 *
 * `list` rejects with {HarnessError} `cluster/api-failed` where no answer comes.
 *
 * @throws {HarnessError} `args/bad-value` where the file cannot be read
 */
export function readObjectsOf(source: { readonly kubeconfig: string } | "in-cluster"): ObjectReader {
  const config = new KubeConfig();
  const where = source === "in-cluster" ? "the service account of this pod" : source.kubeconfig;
  try {
    if (source === "in-cluster") config.loadFromCluster();
    else config.loadFromFile(source.kubeconfig);
    if (config.getCurrentCluster() === null) throw new Error("it has no current context with a cluster");
  } catch (thrown) {
    const seen = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HarnessError("args/bad-value", `${where} is no kubeconfig: ${seen}`, { cause: thrown });
  }
  const answering = async <T>(what: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      const seen = thrown instanceof Error ? thrown.message : String(thrown);
      throw new HarnessError(
        "cluster/api-failed",
        `${what} at ${config.getCurrentCluster()?.server ?? where} failed.\nSaw: ${seen}\nFix: see that the API server answers: kubectl get --raw /readyz.`,
        { cause: thrown },
      );
    }
  };
  return {
    list: (kind) => answering(`listing ${kind.kind}`, listAll(config, kind)),
    create: async (path, object) =>
      (await answering(`creating ${object.kind}`, send(config, "POST", path, object))).status,
  };
}
