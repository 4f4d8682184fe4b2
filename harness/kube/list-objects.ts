import { HarnessError } from "../errors/harness-error.ts";
import type { KubeObject } from "../model/objects.ts";
import type { ApiAccess } from "./api-access.ts";
import { send } from "./send.ts";

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

const pageSize = 500;

type Ask = (method: string, path: string, body?: unknown) => ReturnType<typeof send>;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Of who manages which field only the times are kept: the rest is longer than the object itself. */
function timesOf(managedFields: unknown): readonly unknown[] {
  const entries: readonly unknown[] = Array.isArray(managedFields) ? managedFields : [];
  return entries.flatMap((entry) => (isObject(entry) ? [{ time: entry["time"] }] : []));
}

/** Items of a list carry neither kind nor version: the list does. */
function asObject(item: unknown, { kind, apiVersion }: ListedKind): KubeObject | undefined {
  if (!isObject(item) || !isObject(item["metadata"])) return undefined;
  const { managedFields, name, ...metadata } = item["metadata"];
  if (typeof name !== "string") return undefined;
  const managed = managedFields === undefined ? {} : { managedFields: timesOf(managedFields) };
  return { ...item, apiVersion, kind, metadata: { ...metadata, ...managed, name } };
}

async function listAll(ask: Ask, kind: ListedKind): Promise<ListAnswer> {
  const objects: KubeObject[] = [];
  for (let page = ""; ; ) {
    const { status, body } = await ask("GET", `${kind.path}?limit=${pageSize}${page}`);
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
 * Reads the API that `access` leads to.
 *
 * `list` and `create` reject with {HarnessError} `cluster/api-failed` where no answer comes.
 */
export function readObjectsOf(access: ApiAccess, sendBy: typeof send = send): ObjectReader {
  const ask: Ask = (method, path, body) => sendBy(access, method, path, body);
  const answering = async <T>(what: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      const seen = thrown instanceof Error ? thrown.message : String(thrown);
      throw new HarnessError(
        "cluster/api-failed",
        `${what} at ${access.server} failed.\nSaw: ${seen}\nFix: see that the API server answers: kubectl get --raw /readyz.`,
        { cause: thrown },
      );
    }
  };
  return {
    list: (kind) => answering(`listing ${kind.kind}`, listAll(ask, kind)),
    create: async (path, object) =>
      (await answering(`creating ${object.kind}`, ask("POST", path, object))).status,
  };
}
