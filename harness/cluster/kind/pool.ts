import { leaseOfPool } from "../lease-of-pool.ts";
import { HarnessError } from "../../errors/harness-error.ts";
import type { ClusterLease, ClusterPool } from "../cluster.ts";
import type { KindFleet } from "./fleet.ts";
import type { KindCluster } from "./kind-cluster.ts";
import type { EngineImages } from "./container-node.ts";
import { type LeasedKindCluster, openForAttempts } from "./lease.ts";
import type { Topology } from "./topology.ts";

export interface KindPoolOptions {
  readonly fleet: KindFleet;
  readonly topology: Topology;
  /** How many clusters may be up at once. */
  readonly size: number;
  /** Every cluster gets all of them before its first attempt. */
  readonly images: EngineImages;
}

interface PooledCluster {
  readonly cluster: KindCluster;
  readonly leased: LeasedKindCluster;
}

interface PoolState {
  readonly options: KindPoolOptions;
  readonly idle: PooledCluster[];
  readonly all: Set<PooledCluster>;
  /** Failed images end the run: no other cluster gets them either. */
  failure?: HarnessError;
  started: number;
  up: number;
  readonly waiting: (() => void)[];
}

async function start(state: PoolState): Promise<PooledCluster> {
  const { fleet, topology, images } = state.options;
  const index = state.started;
  state.started += 1;
  const cluster = fleet.open(topology);
  await cluster.start();
  try {
    for (const archive of images.values()) await cluster.load(archive);
    const leased = await openForAttempts(cluster, index, images);
    const entry = { cluster, leased };
    state.all.add(entry);
    return entry;
  } catch (thrown) {
    if (thrown instanceof HarnessError && thrown.code === "kind/load-failed") state.failure = thrown;
    await cluster[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function obtain(state: PoolState, signal: AbortSignal | undefined): Promise<PooledCluster> {
  for (;;) {
    signal?.throwIfAborted();
    if (state.failure !== undefined) throw state.failure;
    const free = state.idle.pop();
    if (free !== undefined) return free;
    if (state.up < state.options.size) {
      state.up += 1;
      return await start(state).catch((thrown: unknown) => {
        state.up -= 1;
        throw thrown;
      });
    }
    await new Promise<void>((resolve) => state.waiting.push(resolve));
  }
}

async function discard(state: PoolState, entry: PooledCluster): Promise<void> {
  state.all.delete(entry);
  state.up -= 1;
  await entry.leased[Symbol.asyncDispose]();
  await entry.cluster[Symbol.asyncDispose]();
}

async function leaseOf(state: PoolState, entry: PooledCluster): Promise<ClusterLease> {
  return leaseOfPool(await entry.leased.lease(), {
    keep: () => void state.idle.push(entry),
    discard: () => discard(state, entry),
    wake: () => state.waiting.shift()?.(),
  });
}

/** Clusters of kind: made when first asked for, then kept. The fleet deletes them; disposing takes only the pool's own hands off. */
export function createKindPool(options: KindPoolOptions): ClusterPool {
  const state: PoolState = { options, idle: [], all: new Set(), started: 0, up: 0, waiting: [] };
  return {
    acquireCluster: async (signal) => leaseOf(state, await obtain(state, signal)),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...state.all].map(({ leased }) => leased[Symbol.asyncDispose]()));
      await options.fleet[Symbol.asyncDispose]();
    },
  };
}
