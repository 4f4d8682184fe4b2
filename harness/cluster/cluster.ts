import type { Leftover } from "../kube/empty-api.ts";
import type { ApiObserver } from "../kube/api-exchange.ts";
import type { ApiFaults } from "../kube/api-rules.ts";
import type { KubeApi } from "../kube/client.ts";
import type { Kubelet, KubeletOptions } from "../kubelet/kubelet.ts";
import type { KernelFeature } from "../model/kernel-feature.ts";
import type { Settings } from "../model/scenario.ts";
import type { ProbeSample } from "../node/agent/protocol.ts";
import type { ClusterNode } from "../node/node.ts";
import type { ClusterNetwork } from "./sandbox/addresses.ts";

/** What a scenario may ask of a node beside its kernel. */
export interface NodeShape {
  /** Name of its interface to the cluster. */
  readonly interface?: string;
  /** Families of its addresses in the API, in their order there: whoever registers it sees to that. */
  readonly families?: Settings["nodeFamilies"];
}

/** An engine's own way to the API server. */
export interface EngineAccessPoint extends AsyncDisposable {
  /** https URL at the node's own address. */
  readonly url: string;
  /** What can be done to it: requests held, answered, left without an answer. */
  readonly faults: ApiFaults;
}

/** A cluster of somebody's own: an engine runs there that nobody of us started, among much else. */
export interface TheirCluster {
  /** What the attempt writes goes there, and nothing else is in it. */
  readonly namespace: string;
  /** What somebody named beside what every cluster has. */
  readonly networks: readonly { readonly cidr: string; readonly what: string }[];
  /** What Services of others have, so that no object of ours may have it. */
  /** How many nodes the engine runs on. */
  readonly engineNodes: number;
  readonly taken: { readonly addresses: ReadonlySet<string>; readonly nodePorts: ReadonlySet<number> };
  /**
   * What has become of the engine on `node` since it was found there.
   *
   * @returns how it ended, where it did so by itself and was started again
   * @throws {HarnessError} `existing/engine-changed` where somebody else has replaced it: nobody can tell who did what
   */
  lookAtEngine(node: string): Promise<{ readonly exitCode?: number; readonly reason: string } | undefined>;
}

/**
 * An API server plus nodes, for one attempt. Disposing it takes the nodes away and empties the API.
 *
 * Disposal rejects with {HarnessError} `cluster/not-emptied` or `run/residue` where something stays;
 * that cluster is then never used again.
 */
export interface ClusterLease extends AsyncDisposable {
  readonly index: number;
  /** Absent where the cluster is the harness's own. Where it is not, nobody starts, ends or traces an engine, plants anything or sends a packet. */
  readonly theirs?: TheirCluster;
  readonly network: ClusterNetwork;
  readonly api: KubeApi;
  /** PEM. */
  readonly ca: string;
  /**
   * A fresh node, joined to those that this lease has already.
   *
   * @param needs - what its kernel must have; where this machine's has not, the node is a guest with another
   * @param shape - what is to be unlike other nodes
   * @throws {HarnessError} `guest/*` where a guest is needed and cannot be had; `kind/lacks`
   */
  acquireNode(needs?: readonly KernelFeature[], shape?: NodeShape): Promise<ClusterNode>;
  /** https URLs of the API server at a node's own addresses, through the node's INPUT path. */
  apiUrls(node: ClusterNode): readonly string[];
  /** Opens the engine's way to the API server on `node`; `observer` hears of every request. */
  openAccess(node: ClusterNode, observer: ApiObserver): Promise<EngineAccessPoint>;
  /** Starts a kubelet for `node`, which the API server reaches at `kubeletPort` of the node's own addresses. */
  openKubelet(node: ClusterNode, handlers: Pick<KubeletOptions, "run" | "onExec">): Promise<Kubelet>;
  /** Nobody has much to do for a while: what the next lease needs may be made. Idempotent; absent where there is nothing to make. */
  prepareNext?(): void;
  /** SIGKILL of the API server; its store lives on. Resolves when it is gone and all engines' connections are. Idempotent. */
  killApiServer(): Promise<void>;
  /**
   * Starts it again, with the same data, ports and credentials. Resolves when it is ready; at once where it runs.
   *
   * @throws {HarnessError} `control-plane/start-failed`
   */
  startApiServer(): Promise<void>;
  /** Everything in the API that was not there when the lease began. */
  leftovers(): Promise<readonly Leftover[]>;
  /** Looks at the API server from outside of every node, as the prober `from`, until stopped: what it misses is no engine's doing. */
  startControlProbe(from: string, everyMs: number, report: (sample: ProbeSample) => void): Promise<void>;
  stopControlProbe(): Promise<void>;
  /** Connects from a host outside of the cluster and gives the line that comes back; rejects when refused or late. */
  connectFromOutside(host: string, port: number, timeoutMs: number): Promise<string>;
  /** Looks for a node's address from a host outside of the cluster as a neighbour does that never heard of it, and says how it was found; rejects when it is not. */
  reachFromOutside(address: string, timeoutMs: number): Promise<string>;
  /** The source of the datagram with that payload, as a host outside of the cluster saw it; null when none came. */
  sourceSeenOutside(payload: string, timeoutMs: number): Promise<string | null>;
}

/** Where nodes' kubelets listen. */
export const kubeletPort = 10_250;

/** Where datagrams for the outside go. */
export const outsidePort = 9_999;

/** Where clusters come from. */
export interface ClusterPool extends AsyncDisposable {
  /**
   * Waits for a free cluster, and starts one where fewer than the pool's size are up.
   *
   * @param world - of the attempt: attempts in one world have what they write under the same names
   */
  acquireCluster(signal?: AbortSignal, world?: string): Promise<ClusterLease>;
}
