import { setTimeout as delay } from "node:timers/promises";
import { HarnessError } from "../errors/harness-error.ts";
import type { KubeApi } from "./client.ts";
import { findResource } from "./custom-resources.ts";
import { extraKeys, listStoreKeys, parseStoreKey, type StoredObject } from "./etcd-keys.ts";

/** An object that was not there before the attempt. */
export interface Leftover {
  /** `Lease lp-a/kubevip-web` */
  readonly target: string;
  readonly kind: string;
  readonly key: string;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  /** Lease: who holds it; empty where nobody does, or where the holder has let it expire. */
  readonly holder?: string;
}

interface Resource {
  readonly kind: string;
  /** URL of one object. */
  path(object: StoredObject): string;
}

/** Where etcd's spelling leads in the API. A resource that is not listed cannot be emptied, and says so. */
const resources: Readonly<
  Record<string, { readonly kind: string; readonly group: string; readonly plural: string }>
> = {
  "services/specs": { kind: "Service", group: "api/v1", plural: "services" },
  "services/endpoints": { kind: "Endpoints", group: "api/v1", plural: "endpoints" },
  endpointslices: { kind: "EndpointSlice", group: "apis/discovery.k8s.io/v1", plural: "endpointslices" },
  minions: { kind: "Node", group: "api/v1", plural: "nodes" },
  namespaces: { kind: "Namespace", group: "api/v1", plural: "namespaces" },
  pods: { kind: "Pod", group: "api/v1", plural: "pods" },
  configmaps: { kind: "ConfigMap", group: "api/v1", plural: "configmaps" },
  secrets: { kind: "Secret", group: "api/v1", plural: "secrets" },
  serviceaccounts: { kind: "ServiceAccount", group: "api/v1", plural: "serviceaccounts" },
  leases: { kind: "Lease", group: "apis/coordination.k8s.io/v1", plural: "leases" },
  roles: { kind: "Role", group: "apis/rbac.authorization.k8s.io/v1", plural: "roles" },
  rolebindings: { kind: "RoleBinding", group: "apis/rbac.authorization.k8s.io/v1", plural: "rolebindings" },
  clusterroles: { kind: "ClusterRole", group: "apis/rbac.authorization.k8s.io/v1", plural: "clusterroles" },
  clusterrolebindings: {
    kind: "ClusterRoleBinding",
    group: "apis/rbac.authorization.k8s.io/v1",
    plural: "clusterrolebindings",
  },
  networkpolicies: { kind: "NetworkPolicy", group: "apis/networking.k8s.io/v1", plural: "networkpolicies" },
  ipaddresses: { kind: "IPAddress", group: "apis/networking.k8s.io/v1", plural: "ipaddresses" },
  statefulsets: { kind: "StatefulSet", group: "apis/apps/v1", plural: "statefulsets" },
};

/** Custom resources have their group in front, and the API server knows the rest. */
async function resourceOf(api: KubeApi, stored: StoredObject): Promise<Resource | undefined> {
  const [group = "", plural = ""] = stored.resource.split("/");
  const known =
    resources[stored.resource] ?? (group.includes(".") ? await findResource(api, group, plural) : undefined);
  if (known === undefined) return undefined;
  return {
    kind: known.kind,
    path: ({ namespace, name }) =>
      `/${known.group}/${namespace === undefined ? "" : `namespaces/${namespace}/`}${known.plural}/${encodeURIComponent(name)}`,
  };
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly renewTime?: string;
}

/** A release that lost a race with the last renewal leaves a name behind that expires: only renewals hold a lease. */
export function holderOf(lease: LeaseSpec | undefined): string {
  const renewedMs = Date.parse(lease?.renewTime ?? "");
  const isExpired = Date.now() > renewedMs + (lease?.leaseDurationSeconds ?? 0) * 1000;
  return isExpired ? "" : (lease?.holderIdentity ?? "");
}

interface Metadata {
  readonly metadata?: { readonly deletionTimestamp?: string; readonly finalizers?: readonly string[] };
  readonly spec?: LeaseSpec;
}

async function describe(api: KubeApi, key: string): Promise<Leftover | undefined> {
  const stored = parseStoreKey(key);
  const resource = await resourceOf(api, stored);
  const where = stored.namespace === undefined ? "" : `${stored.namespace}/`;
  const kind = resource?.kind ?? stored.resource;
  const target = `${kind} ${where}${stored.name}`;
  if (!resource) return { target, kind, key, deleting: false, finalizers: [] };
  const answer = await api.request("GET", resource.path(stored));
  if (answer.status === 404) return undefined;
  const object = answer.body as Metadata;
  return {
    target,
    kind,
    key,
    deleting: object.metadata?.deletionTimestamp !== undefined,
    finalizers: object.metadata?.finalizers ?? [],
    ...(kind === "Lease" ? { holder: holderOf(object.spec) } : {}),
  };
}

/** Everything in the API that was not there when `before` was taken. */
export async function listLeftovers(
  api: KubeApi,
  etcd: string,
  before: ReadonlySet<string>,
): Promise<readonly Leftover[]> {
  const extra = extraKeys(before, await listStoreKeys(etcd));
  const described = await Promise.all(extra.map((key) => describe(api, key)));
  return described.filter((each) => each !== undefined);
}

async function removeKey(api: KubeApi, key: string): Promise<void> {
  const stored = parseStoreKey(key);
  const resource = await resourceOf(api, stored);
  if (!resource) return;
  const path = resource.path(stored);
  const answer = await api.request("DELETE", path, {
    gracePeriodSeconds: 0,
    propagationPolicy: "Background",
  });
  if (answer.status === 404) return;
  const left = await api.request("GET", path);
  const finalizers = (left.body as Metadata).metadata?.finalizers ?? [];
  // The API server itself takes the finalizer of a definition off, once all of its objects are gone.
  const isDefinition = resource.kind === "CustomResourceDefinition";
  if (left.status === 200 && finalizers.length > 0 && !isDefinition) {
    await api.request("PATCH", path, { metadata: { finalizers: null } }, "application/merge-patch+json");
  }
  // No namespace controller runs here: we are it.
  if (stored.resource === "namespaces" && left.status === 200) {
    await api.request("PUT", `${path}/finalize`, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: stored.name },
      spec: { finalizers: [] },
    });
  }
}

/** Definitions of resources go one after the other, each with its objects. */
const emptyDeadlineMs = 30_000;

/** Services free their addresses and namespaces need to be empty, so those go in that order. */
function rank(key: string): number {
  if (key.startsWith("/registry/services/specs/")) return 0;
  if (key.startsWith("/registry/namespaces/")) return 3;
  if (key.startsWith("/registry/apiextensions.k8s.io/")) return 2;
  return key.startsWith("/registry/ipaddresses/") ? 2 : 1;
}

/**
 * Brings the API back to what it held when `before` was taken, finalizers or not.
 *
 * @throws {HarnessError} `cluster/not-emptied` with the keys that stay
 */
export async function emptyApi(api: KubeApi, etcd: string, before: ReadonlySet<string>): Promise<void> {
  const began = performance.now();
  for (;;) {
    const extra = extraKeys(before, await listStoreKeys(etcd));
    if (extra.length === 0) return;
    if (performance.now() - began > emptyDeadlineMs) {
      throw new HarnessError(
        "cluster/not-emptied",
        `the API could not be emptied within ${emptyDeadlineMs} ms.\nSaw: ${extra.slice(0, 10).join(", ")}\nFix: the cluster is thrown away and another is started; report the resource if it is one that this project does not know.`,
      );
    }
    for (const each of [0, 1, 2, 3]) {
      await Promise.all(extra.filter((key) => rank(key) === each).map((key) => removeKey(api, key)));
    }
    await delay(20);
  }
}
