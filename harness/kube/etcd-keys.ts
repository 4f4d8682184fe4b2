/**
 * Keys of the API server's store, without values: the only list of objects that leaves nothing out,
 * whatever its kind. Read over etcd's JSON gateway (POST /v3/kv/range).
 *
 * @param etcd - http URL of etcd's client port
 */
export async function listStoreKeys(etcd: string): Promise<ReadonlySet<string>> {
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  const response = await fetch(`${etcd}/v3/kv/range`, {
    method: "POST",
    body: JSON.stringify({ key: encode("/registry/"), range_end: encode("/registry0"), keys_only: true }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`etcd answered ${response.status}: ${await response.text()}`);
  const body = (await response.json()) as { readonly kvs?: readonly { readonly key: string }[] };
  return new Set((body.kvs ?? []).map(({ key }) => Buffer.from(key, "base64").toString()));
}

/** Keys that the API server writes on its own account at any time. */
const ownKeys = [
  /^\/registry\/events\//,
  /^\/registry\/masterleases\//,
  /^\/registry\/leases\/kube-system\/apiserver-/,
  /^\/registry\/ranges\//,
  /^\/registry\/configmaps\/kube-system\/(kube-apiserver-|extension-apiserver)/,
  /^\/registry\/flowschemas\/|^\/registry\/prioritylevelconfigurations\//,
  /^\/registry\/servicecidrs\/kubernetes$/,
  /^\/registry\/(services\/(specs|endpoints)|endpointslices)\/default\/kubernetes$/,
  /^\/registry\/peerserverleases\/|^\/registry\/apiregistration\.k8s\.io\//,
];

/** Keys that are in `now` and were not in `before`, but for those that the API server makes by itself. */
export function extraKeys(before: ReadonlySet<string>, now: ReadonlySet<string>): readonly string[] {
  return [...now].filter((key) => !before.has(key) && !ownKeys.some((own) => own.test(key)));
}

/** What a key stands for: `leases`, namespace, name. */
export interface StoredObject {
  /** Resource as etcd spells it: `services/specs`, `minions`, `clusterroles`; a group in front where the key has one. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Resources without a namespace; any other has one in its key. */
const clusterScoped = new Set([
  "minions",
  "namespaces",
  "clusterroles",
  "clusterrolebindings",
  "ipaddresses",
  "priorityclasses",
]);

/** Reads a key such as `/registry/leases/lp-a/kubevip-web`. */
export function parseStoreKey(key: string): StoredObject {
  const parts = key.split("/").slice(2);
  const [first = "", second = ""] = parts;
  const depth = first === "services" || first.includes(".") ? 2 : 1;
  const resource = depth === 2 ? `${first}/${second}` : first;
  const rest = parts.slice(depth);
  const name = rest.at(-1) ?? "";
  return clusterScoped.has(resource) || rest.length < 2
    ? { resource, name }
    : { resource, namespace: rest[0] ?? "", name };
}
