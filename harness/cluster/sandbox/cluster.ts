import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import type { ApiObserver } from "../../kube/api-exchange.ts";
import { type ApiProxy, startApiProxy } from "../../kube/api-proxy.ts";
import { emptyApi, listLeftovers } from "../../kube/empty-api.ts";
import { listStoreKeys } from "../../kube/etcd-keys.ts";
import { startKubelet } from "../../kubelet/kubelet.ts";
import type { KernelFeature } from "../../model/kernel-feature.ts";
import { type NetworkAgent, startAgent } from "../../node/agent/agent.ts";
import { expectFeatures, expectGuests, type GuestSource } from "../../node/guest/expect-guests.ts";
import { startGuestNode } from "../../node/guest/guest-node.ts";
import { findLacking } from "../../node/kernel-lacks.ts";
import { startNetnsNode } from "../../node/netns-node.ts";
import type { ClusterNode } from "../../node/node.ts";
import { run } from "../../process/run.ts";
import { both } from "../../wait/both.ts";
import { until } from "../../wait/until.ts";
import {
  type ClusterLease,
  type EngineAccessPoint,
  kubeletPort,
  type NodeShape,
  outsidePort,
} from "../cluster.ts";
import { type ClusterNetwork, clusterNetwork, nodeAddresses } from "./addresses.ts";
import { apiServerName, type RunningApiServer, startApiServer } from "./api-server.ts";
import type { Authority } from "./certificates.ts";
import {
  connectCluster,
  connectGuest,
  connectNode,
  disconnectCluster,
  disconnectNode,
  forgetNeighbours,
  joinNodes,
  type NodeWiring,
} from "./node-network.ts";

/** A warm API server with its bridge, lent to one attempt after the other. */
export interface SandboxCluster extends AsyncDisposable {
  lease(): Promise<ClusterLease>;
}

export interface SandboxClusterOptions {
  readonly index: number;
  readonly programs: { readonly etcd: string; readonly kubeApiserver: string };
  readonly authority: Authority;
  /** Directory of ours on tmpfs. */
  readonly directory: string;
  /** Absent: nodes of this machine's kernel only. */
  readonly guests?: GuestSource;
  readonly signal?: AbortSignal;
}

interface Parts {
  readonly options: SandboxClusterOptions;
  readonly network: ClusterNetwork;
  readonly server: RunningApiServer;
  readonly outside: NetworkAgent;
  /** The namespace of its own that it is in. */
  readonly outsideName: string;
  /** Counts the nodes of the cluster's whole life: addresses come round late. */
  readonly count: { nodes: number };
  /** The plain node of the next lease. */
  readonly spare: { next?: NodeInMaking };
}

/** Ports on the node's addresses: the API server itself, and the way of the engine. */
const apiPort = 6443;
const accessPort = 6444;
const probeTimeoutMs = 30_000;

/** Nodes of a lease, in the order in which they came. */
type WiredNodes = { readonly wiring: NodeWiring; readonly node: ClusterNode }[];

/** A node of this machine's kernel where that has what is needed, else a guest. */
async function startNode(
  { options, network }: Parts,
  wiring: NodeWiring,
  needs: readonly KernelFeature[],
): Promise<ClusterNode> {
  const { ref } = wiring;
  const directory = join(options.directory, ref.name);
  const lacking = await findLacking(needs, (argv) => run(argv, { timeoutMs: probeTimeoutMs }));
  if (lacking.length === 0) {
    await connectNode(wiring);
    const named = wiring.interface === undefined ? {} : { interface: wiring.interface };
    return startNetnsNode({ ref, directory, gateway: network.gateway4, ...named });
  }
  const guests = expectGuests(options.guests, lacking);
  await connectGuest(wiring);
  const node = await startGuestNode({ wiring, guests, needs, directory });
  await expectFeatures(node, needs);
  return node;
}

/** A node that is being made, with its cable. Disposing it takes both away. */
interface NodeInMaking extends AsyncDisposable {
  readonly wiring: NodeWiring;
  readonly made: Promise<ClusterNode>;
}

function beginNode(
  parts: Parts,
  slice: number,
  needs: readonly KernelFeature[],
  shape: NodeShape,
): NodeInMaking {
  const { options, network, count } = parts;
  const ordinal = count.nodes;
  count.nodes += 1;
  const name = `lp-c${options.index}-n${ordinal}`;
  const ref = { name, ...nodeAddresses(options.index, ordinal) };
  const wiring: NodeWiring = {
    ref,
    network,
    slice,
    cable: `lpv${options.index}-${ordinal}`,
    ...(shape.interface === undefined ? {} : { interface: shape.interface }),
  };
  const made = startNode(parts, wiring, needs);
  made.catch(() => undefined); // Told to whom it is given.
  return {
    wiring,
    made,
    async [Symbol.asyncDispose]() {
      await using undo = new AsyncDisposableStack();
      undo.defer(() => disconnectNode(wiring));
      undo.use(await made.catch(() => undefined));
    },
  };
}

/** A plain node that has been looked at once: the first look takes twice as long as others. */
function beginSpare(parts: Parts): NodeInMaking {
  const begun = beginNode(parts, 0, [], {});
  const made = begun.made.then(async (node) => {
    await node.snapshot().catch(() => undefined); // Whoever gets the node looks again, and is told.
    return node;
  });
  made.catch(() => undefined); // The same.
  return { ...begun, made };
}

/** Most attempts have one plain node, which may have been made while the one before waited for its engine. */
async function acquireNode(
  parts: Parts,
  { needs, shape }: { readonly needs: readonly KernelFeature[]; readonly shape: NodeShape },
  nodes: WiredNodes,
  held: AsyncDisposableStack,
): Promise<ClusterNode> {
  const isPlain = nodes.length === 0 && needs.length === 0 && Object.keys(shape).length === 0;
  const { spare } = parts;
  const taken =
    isPlain && spare.next !== undefined ? spare.next : beginNode(parts, nodes.length, needs, shape);
  if (taken === spare.next) delete spare.next;
  held.use(taken);
  const { wiring } = taken;
  const node = await taken.made;
  nodes.push({ wiring, node });
  await joinNodes(nodes);
  await node.relay(apiPort, parts.network.ports.api);
  return node;
}

async function openAccess(
  parts: Parts,
  node: ClusterNode,
  observer: ApiObserver,
  open: Set<ApiProxy>,
): Promise<EngineAccessPoint> {
  const { options, server, network } = parts;
  const { ipv4, ipv6, name } = node.ref;
  const names = { dns: ["kubernetes", "localhost"], ip: [ipv4, ipv6, "127.0.0.1"] };
  const serving = await options.authority.issue(`api-of-${name}`, names);
  const proxy = await startApiProxy({
    upstream: server.endpoint.server,
    ca: options.authority.certificate,
    certificate: serving.certificate,
    key: serving.key,
    host: network.gateway4,
    port: 0,
    ...observer,
  });
  open.add(proxy);
  await node.relay(accessPort, proxy.port);
  return {
    url: `https://${ipv4}:${accessPort}`,
    faults: proxy.faults,
    async [Symbol.asyncDispose]() {
      open.delete(proxy);
      await proxy[Symbol.asyncDispose]();
    },
  };
}

function openKubelet({ options, network }: Parts): ClusterLease["openKubelet"] {
  return async (node, handlers) => {
    const { ipv4, ipv6, name } = node.ref;
    const serving = await options.authority.issue(`kubelet-of-${name}`, { dns: [name], ip: [ipv4, ipv6] });
    const kubelet = await startKubelet({
      ca: options.authority.certificate,
      certificate: serving.certificate,
      key: serving.key,
      client: apiServerName,
      host: network.gateway4,
      port: 0,
      ...handlers,
    });
    await node.relay(kubeletPort, kubelet.port);
    return kubelet;
  };
}

/** @throws {HarnessError} `run/residue` when a namespace of this lease's nodes is still there */
async function expectNoResidue(nodes: WiredNodes): Promise<void> {
  const names = new Set(nodes.map(({ wiring }) => wiring.ref.name));
  const left = (await readdir("/run/netns")).filter((each) => names.has(each.replace(/-pods$/, "")));
  if (left.length > 0)
    throw new HarnessError("run/residue", `namespaces are left of an attempt: ${left.join(", ")}`);
}

/** Ready means as warm as at the first lease. */
async function restartApiServer(server: RunningApiServer): Promise<void> {
  if (await server.start()) await untilFurnished(server, undefined);
}

async function lease(parts: Parts): Promise<ClusterLease> {
  const { options, network, server, outside } = parts;
  const [before] = await Promise.all([listStoreKeys(server.etcd), forgetNeighbours(parts.outsideName)]);
  const nodes: WiredNodes = [];
  const proxies = new Set<ApiProxy>();
  const held = new AsyncDisposableStack();
  return {
    index: options.index,
    network,
    api: server.api,
    ca: options.authority.certificate,
    acquireNode: (needs = [], shape = {}) => acquireNode(parts, { needs, shape }, nodes, held),
    apiUrls: ({ ref }) => [`https://${ref.ipv4}:${apiPort}`, `https://[${ref.ipv6}]:${apiPort}`],
    openAccess: (node, observer) => openAccess(parts, node, observer, proxies),
    openKubelet: openKubelet(parts),
    prepareNext: () => void (parts.spare.next ??= beginSpare(parts)),
    async killApiServer() {
      await server.kill();
      for (const proxy of proxies) proxy.hangUp();
    },
    startApiServer: () => restartApiServer(server),
    leftovers: () => listLeftovers(server.api, server.etcd, before),
    async startControlProbe(from, everyMs, report) {
      outside.onProbe(report);
      const url = `https://${network.gateway4}:${network.ports.api}`;
      await outside.ask({ do: "probe", from, url, ca: options.authority.certificate, everyMs });
    },
    async stopControlProbe() {
      await outside.ask({ do: "stop-probes" });
    },
    connectFromOutside: async (host, port, timeoutMs) =>
      (await outside.ask({ do: "connect", host, port, timeoutMs })) ?? "",
    reachFromOutside: async (address, timeoutMs) =>
      (await outside.ask({ do: "reach", address, timeoutMs })) ?? "",
    sourceSeenOutside: (payload, timeoutMs) => outside.ask({ do: "received", payload, timeoutMs }),
    async [Symbol.asyncDispose]() {
      await both(
        held.disposeAsync().then(() => expectNoResidue(nodes)),
        // Started where an attempt ended between its death and its new start.
        restartApiServer(server).then(() => emptyApi(server.api, server.etcd, before)),
      );
    },
  };
}

/** The API server makes these by itself in its first second; attempts begin when they are there. */
async function untilFurnished(server: RunningApiServer, signal: AbortSignal | undefined): Promise<void> {
  await until(
    "namespaces default and kube-system and Service default/kubernetes",
    async () => {
      const paths = ["/api/v1/namespaces/kube-system", "/api/v1/namespaces/default/services/kubernetes"];
      const answers = await Promise.all(paths.map((path) => server.api.request("GET", path)));
      return answers.every(({ status }) => status === 200) ? true : undefined;
    },
    { timeoutMs: 30_000, everyMs: 25, ...(signal === undefined ? {} : { signal }) },
  );
}

/** The bridge, and the host outside of the cluster, which listens. */
async function startOutside(network: ClusterNetwork, name: string): Promise<NetworkAgent> {
  await connectCluster(network, name);
  const outside = await startAgent(name);
  await outside.ask({ do: "receive", port: outsidePort });
  return outside;
}

/**
 * Starts a cluster: bridge, etcd, API server, and a host outside of it. The network is made while the API
 * server starts, which needs it only once a node asks.
 *
 * @throws {HarnessError} `control-plane/start-failed`, `node/command-failed`
 */
export async function startSandboxCluster(options: SandboxClusterOptions): Promise<SandboxCluster> {
  const network = clusterNetwork(options.index);
  const outsideName = `lp-c${options.index}-outside`;
  await using undo = new AsyncDisposableStack();
  undo.defer(() => disconnectCluster(network, outsideName));
  const directory = join(options.directory, `control-plane-${options.index}`);
  const starting = [
    startApiServer({ ...options, network, directory }),
    startOutside(network, outsideName),
  ] as const;
  // Both have ended before one of them rejects, so that nothing starts behind the undoing.
  for (const started of await Promise.allSettled(starting)) {
    if (started.status === "fulfilled") undo.use<AsyncDisposable>(started.value);
  }
  const [server, outside] = await Promise.all(starting);
  await untilFurnished(server, options.signal);
  const spare: Parts["spare"] = {};
  undo.defer(() => spare.next?.[Symbol.asyncDispose]());
  const parts: Parts = { options, network, server, outside, outsideName, count: { nodes: 0 }, spare };
  const owned = undo.move();
  return { lease: () => lease(parts), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
