import type { KubeApi } from "../../kube/client.ts";
import { type KubeObject, objectName } from "../../model/objects.ts";

interface FakeNamespace {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp: string;
  };
}

/** As much of somebody's cluster as a lease asks for. */
export interface FakeApi extends KubeApi {
  readonly namespaces: Map<string, FakeNamespace>;
  /** Names of objects that were applied or removed. */
  readonly written: string[];
  /** What lists answer, by path without its query. */
  readonly lists: Record<string, readonly unknown[]>;
  /** Namespaces stay in spite of being deleted. */
  keepNamespaces(): void;
}

/** A pod as far as an engine is known by it. */
interface FakePod {
  readonly metadata: object;
  readonly spec: { readonly nodeName: string; readonly containers: readonly object[] };
  readonly status: object;
}

const now = "2026-01-01T00:00:00Z";

/** A pod of an engine on a node, ready. */
export function enginePod(
  node: string,
  more: { readonly restarts?: number; readonly uid?: string } = {},
): FakePod {
  const { restarts = 0, uid = `uid-${node}` } = more;
  const ended = { terminated: { exitCode: 137, reason: "OOMKilled" } };
  return {
    metadata: { name: `proxy-${node}`, namespace: "kube-system", uid },
    spec: {
      nodeName: node,
      containers: [
        { name: "proxy", image: "registry.k8s.io/kube-proxy:v1.36.1", args: ["--cluster-cidr=10.9.0.0/16"] },
      ],
    },
    status: {
      phase: "Running",
      containerStatuses: [
        {
          name: "proxy",
          ready: true,
          restartCount: restarts,
          imageID: `registry.k8s.io/kube-proxy@sha256:${"c".repeat(64)}`,
          ...(restarts > 0 ? { lastState: ended } : {}),
        },
      ],
    },
  };
}

export const proxyImage = /\/kube-proxy:/;

export function createFakeApi(nodes: readonly string[]): FakeApi {
  const namespaces = new Map<string, FakeNamespace>();
  const written: string[] = [];
  let keeps = false;
  const lists: Record<string, readonly unknown[]> = {
    "/api/v1/pods": nodes.map((node) => enginePod(node)),
    "/api/v1/nodes": nodes.map((name, index) => ({
      metadata: { name, labels: { "kubernetes.io/os": "linux" } },
      spec: { podCIDRs: [`10.9.${index}.0/24`] },
      status: { addresses: [{ type: "InternalIP", address: `192.0.2.${index + 1}` }] },
    })),
    "/api/v1/services": [
      {
        metadata: { name: "own", namespace: "shop" },
        spec: { clusterIPs: ["10.96.4.4"], ports: [{ nodePort: 30_123 }] },
      },
    ],
    "/apis/networking.k8s.io/v1/servicecidrs": [{ spec: { cidrs: ["10.96.0.0/16"] } }],
  };
  const ofNamespace = (method: string, name: string) => {
    const found = namespaces.get(name);
    if (found === undefined) return { status: 404, body: {} };
    if (method === "DELETE" && !keeps) namespaces.delete(name);
    return { status: 200, body: found };
  };
  return {
    namespaces,
    written,
    lists,
    keepNamespaces: () => void (keeps = true),
    async apply(object: KubeObject) {
      written.push(objectName(object));
    },
    async remove(object) {
      written.push(`-${objectName(object)}`);
      return true;
    },
    createToken: async () => "token",
    async request(method, path, body) {
      const [place = ""] = path.split("?");
      const name = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(place)?.[1];
      if (name !== undefined) return ofNamespace(method, name);
      if (method === "POST" && place === "/api/v1/namespaces") {
        const made = body as FakeNamespace;
        if (namespaces.has(made.metadata.name)) return { status: 409, body: { message: "already exists" } };
        namespaces.set(made.metadata.name, { metadata: { ...made.metadata, creationTimestamp: now } });
        return { status: 201, body: made };
      }
      if (place === "/api/v1/namespaces") return { status: 200, body: { items: [...namespaces.values()] } };
      if (place.endsWith("/serviceaccounts/default")) return { status: 200, body: {} };
      return { status: 200, body: { items: lists[place] ?? [] } };
    },
    [Symbol.dispose]: () => undefined,
  };
}
