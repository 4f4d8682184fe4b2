import type { Leftover } from "../kube/empty-api.ts";
import type { ApiWrite } from "../kube/api-proxy.ts";
import type { KubeApi } from "../kube/client.ts";
import type { ProbeSample } from "../node/agent/protocol.ts";
import type { ClusterNode } from "../node/node.ts";
import type { ClusterNetwork } from "./sandbox/addresses.ts";

/** An engine's own way to the API server. */
export interface EngineAccessPoint extends AsyncDisposable {
  /** https URL at the node's own address. */
  readonly url: string;
}

export interface ApiListener {
  readonly onRequest: (request: { readonly method: string; readonly path: string }) => void;
  readonly onWrite: (write: ApiWrite) => void;
}

/**
 * An API server plus nodes, for one attempt. Disposing it takes the nodes away and empties the API.
 *
 * Disposal rejects with {HarnessError} `cluster/not-emptied` or `run/residue` where something stays;
 * that cluster is then never used again.
 */
export interface ClusterLease extends AsyncDisposable {
  readonly index: number;
  readonly network: ClusterNetwork;
  readonly api: KubeApi;
  /** PEM. */
  readonly ca: string;
  /** A fresh node, joined to those that this lease has already. */
  acquireNode(): Promise<ClusterNode>;
  /** https URLs of the API server at a node's own addresses, through the node's INPUT path. */
  apiUrls(node: ClusterNode): readonly string[];
  /** Opens the engine's way to the API server on `node`; every request passes `listener`. */
  openAccess(node: ClusterNode, listener: ApiListener): Promise<EngineAccessPoint>;
  /** Everything in the API that was not there when the lease began. */
  leftovers(): Promise<readonly Leftover[]>;
  /** Looks at the API server from outside of every node, as the prober `from`, until stopped: what it misses is no engine's doing. */
  startControlProbe(from: string, everyMs: number, report: (sample: ProbeSample) => void): Promise<void>;
  stopControlProbe(): Promise<void>;
  /** The source of the datagram with that payload, as a host outside of the cluster saw it; null when none came. */
  sourceSeenOutside(payload: string, timeoutMs: number): Promise<string | null>;
}

/** Where datagrams for the outside go. */
export const outsidePort = 9_999;

/** Where clusters come from. */
export interface ClusterPool extends AsyncDisposable {
  /** Waits for a free cluster, and starts one where fewer than the pool's size are up. */
  acquireCluster(signal?: AbortSignal): Promise<ClusterLease>;
}
