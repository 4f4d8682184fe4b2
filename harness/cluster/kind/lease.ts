import { HarnessError } from "../../errors/harness-error.ts";
import type { ApiObserver } from "../../kube/api-exchange.ts";
import { startApiProxy } from "../../kube/api-proxy.ts";
import { connectKube, type KubeApi, type KubeEndpoint } from "../../kube/client.ts";
import { emptyApi, type Leftover, listLeftovers } from "../../kube/empty-api.ts";
import { listStoreKeys } from "../../kube/etcd-keys.ts";
import { type NetworkAgent, startAgent } from "../../node/agent/agent.ts";
import type { ClusterNode } from "../../node/node.ts";
import { run } from "../../process/run.ts";
import { type ClusterLease, type EngineAccessPoint, outsidePort } from "../cluster.ts";
import type { ClusterNetwork } from "../sandbox/addresses.ts";
import { type Authority, createAuthority } from "../sandbox/certificates.ts";
import { connectOutside, disconnectOutside, forgetNeighbours, joinNodes } from "../sandbox/node-network.ts";
import { openAdministration } from "./admin.ts";
import { asOnKind, lacks } from "./as-on-kind.ts";
import { type ContainerNode, type EngineImages, startContainerNode } from "./container-node.ts";
import { callEngineTo, engineNamespace, keepEngineFrom, removeEngineDaemonSet } from "./engine-daemon-set.ts";
import { type EtcdDoor, openEtcdDoor } from "./etcd-door.ts";
import type { KindCluster } from "./kind-cluster.ts";
import { createNamedPods } from "./named-pods.ts";
import type { KindNode } from "./kind-node.ts";
import { readKindNetwork } from "./kind-network.ts";
import { controlApiServer } from "./kind-api-server.ts";
import { resetNode } from "./reset-node.ts";
import { attachNamespace, detachNamespace } from "./restart-container.ts";

/** A cluster of kind that attempts are run on, one after the other: on its control plane's node, and on others where they ask for more. */
export interface LeasedKindCluster extends AsyncDisposable {
  lease(): Promise<ClusterLease>;
}

interface Parts {
  readonly index: number;
  readonly cluster: KindCluster;
  /** The control plane's. */
  readonly node: KindNode;
  readonly network: ClusterNetwork;
  readonly endpoint: KubeEndpoint;
  readonly api: KubeApi;
  readonly etcd: EtcdDoor;
  readonly authority: Authority;
  readonly outside: NetworkAgent;
  /** The namespace of its own that it is in. */
  readonly outsideName: string;
  readonly images: EngineImages;
}

const apiPort = 6443;
const accessPort = 6444;

/** What controllers of a real cluster make by themselves in a namespace that somebody made. */
function isOfController({ target }: Leftover): boolean {
  return /^(?:ConfigMap \S+\/kube-root-ca\.crt|ServiceAccount \S+\/default)$/.test(target);
}

function isOfHarness({ key }: Leftover): boolean {
  return key.includes(`/${engineNamespace}/`);
}

/** The engine's way to the API server: a proxy of ours, at the node's own address. */
async function openAccess(
  { endpoint, authority, network }: Parts,
  node: ClusterNode,
  observer: ApiObserver,
): Promise<EngineAccessPoint> {
  const { name, ipv4 } = node.ref;
  const names = { dns: ["kubernetes", "localhost"], ip: [ipv4, "127.0.0.1"] };
  const serving = await authority.issue(`api-of-${name}`, names);
  const proxy = await startApiProxy({
    upstream: endpoint.server,
    ca: endpoint.ca,
    certificate: serving.certificate,
    key: serving.key,
    host: network.gateway4,
    port: 0,
    ...observer,
  });
  await node.relay(accessPort, proxy.port);
  return {
    url: `https://${ipv4}:${accessPort}`,
    faults: proxy.faults,
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** Packets of a host outside of the cluster. */
function packetsOf(
  outside: NetworkAgent,
): Pick<ClusterLease, "connectFromOutside" | "reachFromOutside" | "sourceSeenOutside"> {
  return {
    connectFromOutside: async (host, port, timeoutMs) =>
      (await outside.ask({ do: "connect", host, port, timeoutMs })) ?? "",
    reachFromOutside: async (address, timeoutMs) =>
      (await outside.ask({ do: "reach", address, timeoutMs })) ?? "",
    sourceSeenOutside: (payload, timeoutMs) => outside.ask({ do: "received", payload, timeoutMs }),
  };
}

async function lease(parts: Parts): Promise<ClusterLease> {
  const { cluster, node, network, endpoint, api, etcd, authority, outside } = parts;
  const [before] = await Promise.all([listStoreKeys(etcd.url), forgetNeighbours(parts.outsideName)]);
  const held = new AsyncDisposableStack();
  const all: ContainerNode[] = [];
  return {
    index: parts.index,
    network,
    api: asOnKind(
      api,
      createNamedPods(api, () => cluster.nodes(), run),
    ),
    // The API server's own, and that of our proxies.
    ca: `${endpoint.ca.trimEnd()}\n${authority.certificate}`,
    async acquireNode(needs = [], shape = {}) {
      const container = cluster.nodes()[all.length];
      if (container === undefined) throw lacks(`a cluster of ${all.length + 1} nodes`);
      if (needs.length > 0) throw lacks(`a node that has ${needs.join(" and ")}`);
      if (shape.interface !== undefined) throw lacks(`an interface called ${shape.interface}`);
      if (shape.families !== undefined) throw lacks("another order of a node's addresses");
      const own = held.use(await startContainerNode({ ...parts, node: container, slice: all.length, all }));
      all.push(own);
      await callEngineTo(api, container.name);
      await joinNodes(all);
      return own.node;
    },
    apiUrls: () => [`https://${node.ipv4}:${apiPort}`],
    openAccess: (of, observer) => openAccess(parts, of, observer),
    openKubelet: async () => {
      throw lacks("a kubelet of the harness");
    },
    ...controlApiServer({ node, api, runTool: run }),
    leftovers: async () =>
      (await listLeftovers(api, etcd.url, before)).filter(
        (each) => !isOfController(each) && !isOfHarness(each),
      ),
    async startControlProbe(from, everyMs, report) {
      outside.onProbe(report);
      const url = `https://${node.ipv4}:${apiPort}`;
      await outside.ask({ do: "probe", from, url, ca: endpoint.ca, everyMs });
    },
    async stopControlProbe() {
      await outside.ask({ do: "stop-probes" });
    },
    ...packetsOf(outside),
    async [Symbol.asyncDispose]() {
      try {
        await removeEngineDaemonSet(api);
        for (const own of all) {
          await keepEngineFrom(api, own.node.ref.name);
          await resetNode(own.node, own.baseline());
        }
      } finally {
        await held.disposeAsync();
      }
      await emptyApi(api, etcd.url, before);
    },
  };
}

/**
 * Prepares a cluster of kind for attempts: an account for the harness, a host outside of it, a way to its store.
 *
 * @throws {HarnessError} `node/*`, `cluster/*`
 */
export async function openForAttempts(
  cluster: KindCluster,
  index: number,
  images: EngineImages,
): Promise<LeasedKindCluster> {
  const [node] = cluster.nodes();
  if (node === undefined) throw new HarnessError("run/internal", `cluster ${cluster.name} is not up`);
  const network = await readKindNetwork(cluster, run);
  const endpoint = await openAdministration(cluster, run);
  const outsideName = `${cluster.name}-outside`;
  await using undo = new AsyncDisposableStack();
  for (const each of cluster.nodes()) {
    undo.defer(() => detachNamespace(each));
    await attachNamespace(each);
  }
  undo.defer(() => disconnectOutside(outsideName));
  await connectOutside(network, outsideName);
  const outside = undo.use(await startAgent(outsideName));
  await outside.ask({ do: "receive", port: outsidePort });
  const etcd = undo.use(await openEtcdDoor(node));
  const api = undo.use(connectKube(endpoint));
  const authority = await createAuthority();
  const parts: Parts = {
    index,
    cluster,
    node,
    network,
    endpoint,
    api,
    etcd,
    authority,
    outside,
    outsideName,
    images,
  };
  const owned = undo.move();
  return {
    lease: () => lease(parts),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
