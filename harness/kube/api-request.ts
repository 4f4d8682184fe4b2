import type { ApiMatch } from "../model/fault.ts";

type Verb = NonNullable<ApiMatch["verbs"]>[number];

/** A request of an engine, read as the API server's own access rules read it. */
export interface ApiRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Without the query. */
  readonly pathname: string;
  readonly verb: Verb;
  /** Plural, with the subresource: `services/status`. Absent for `/healthz` and the like. */
  readonly resource?: string;
  readonly isWrite: boolean;
  /** A list and the watches that go on from it have this in common: path and selectors. */
  readonly collection: string;
  /** A watch that goes on from a version which the engine has from an earlier answer. */
  readonly continues: boolean;
  /** A watch that begins with a list, as client-go's do since v0.35 (`sendInitialEvents`). */
  readonly listsFirst: boolean;
}

const reads = new Set(["GET", "HEAD", "OPTIONS"]);
const writeVerbs: Readonly<Record<string, Verb>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
/** Below `/namespaces/NAME`, these belong to the namespace itself. */
const ofNamespaces = new Set(["status", "finalize"]);

interface Place {
  readonly resource?: string;
  readonly name?: string;
  /** The old form `/api/v1/watch/...`. */
  readonly isWatchPath: boolean;
}

function placeOf(pathname: string): Place {
  const parts = pathname.split("/").filter(Boolean);
  const below = parts[0] === "api" ? parts.slice(2) : parts[0] === "apis" ? parts.slice(3) : [];
  const isWatchPath = below[0] === "watch" && below.length > 1;
  const inApi = isWatchPath ? below.slice(1) : below;
  const isNamespaced = inApi[0] === "namespaces" && inApi.length > 2 && !ofNamespaces.has(inApi[2] ?? "");
  const [plural, name, subresource] = isNamespaced ? inApi.slice(2) : inApi;
  if (plural === undefined) return { isWatchPath };
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return { resource, ...(name === undefined ? {} : { name }), isWatchPath };
}

/** As the API server reads a boolean of the query: given and not denied. */
function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && !["false", "0"].includes(value.toLowerCase());
}

function verbOf(method: string, { resource, name, isWatchPath }: Place, query: URLSearchParams): Verb {
  if (!reads.has(method)) return writeVerbs[method] ?? "create";
  if (resource === undefined) return "get";
  if (isWatchPath) return "watch";
  if (name !== undefined) return "get";
  return isSet(query, "watch") ? "watch" : "list";
}

/** Reads method and path; never fails, since engines may send anything. */
export function parseApiRequest(method: string, path: string): ApiRequest {
  const [pathname = "", search = ""] = path.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const place = placeOf(pathname);
  const verb = verbOf(method, place, query);
  const version = query.get("resourceVersion") ?? "";
  const listsFirst = verb === "watch" && isSet(query, "sendInitialEvents");
  const selectors = [query.get("labelSelector") ?? "", query.get("fieldSelector") ?? ""];
  return {
    method,
    path,
    pathname,
    verb,
    ...(place.resource === undefined ? {} : { resource: place.resource }),
    isWrite: !reads.has(method),
    collection: [pathname, ...selectors].join(" "),
    continues: verb === "watch" && !listsFirst && version !== "" && version !== "0",
    listsFirst,
  };
}

/** Whether a rule is about this request; without a match it is about all of them. */
export function matchesRequest(match: ApiMatch | undefined, request: ApiRequest): boolean {
  if (match?.resource !== undefined && match.resource !== request.resource) return false;
  return match?.verbs === undefined || match.verbs.includes(request.verb);
}
