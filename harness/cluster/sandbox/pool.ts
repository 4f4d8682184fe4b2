import { leaseOfPool } from "../lease-of-pool.ts";
import { HarnessError } from "../../errors/harness-error.ts";
import type { ClusterLease, ClusterPool } from "../cluster.ts";
import { type SandboxCluster, type SandboxClusterOptions, startSandboxCluster } from "./cluster.ts";

export interface SandboxPoolOptions extends Omit<SandboxClusterOptions, "index" | "signal"> {
  /** How many clusters may be up at once, 1 to 16. */
  readonly size: number;
}

interface PooledCluster {
  readonly index: number;
  readonly cluster: SandboxCluster;
}

/** What is up, what is free, and who waits. */
interface PoolState {
  readonly options: SandboxPoolOptions;
  readonly idle: PooledCluster[];
  readonly unused: number[];
  readonly up: Set<SandboxCluster>;
  readonly waiting: (() => void)[];
}

async function startAt(
  state: PoolState,
  index: number,
  signal: AbortSignal | undefined,
): Promise<PooledCluster> {
  try {
    const cluster = await startSandboxCluster({
      ...state.options,
      index,
      ...(signal === undefined ? {} : { signal }),
    });
    state.up.add(cluster);
    return { index, cluster };
  } catch (thrown) {
    state.unused.push(index);
    throw thrown;
  }
}

async function obtain(state: PoolState, signal: AbortSignal | undefined): Promise<PooledCluster> {
  for (;;) {
    signal?.throwIfAborted();
    const free = state.idle.pop();
    if (free) return free;
    const index = state.unused.shift();
    if (index !== undefined) return await startAt(state, index, signal);
    await new Promise<void>((resolve) => state.waiting.push(resolve));
  }
}

async function discard(state: PoolState, entry: PooledCluster): Promise<void> {
  state.up.delete(entry.cluster);
  await entry.cluster[Symbol.asyncDispose]();
  state.unused.push(entry.index);
}

async function leaseOf(state: PoolState, entry: PooledCluster): Promise<ClusterLease> {
  return leaseOfPool(await entry.cluster.lease(), {
    keep: () => void state.idle.push(entry),
    discard: () => discard(state, entry),
    wake: () => state.waiting.shift()?.(),
  });
}

/** Clusters of the sandbox: started when first asked for, then kept warm. */
export function createSandboxPool(options: SandboxPoolOptions): ClusterPool {
  const unused = Array.from({ length: options.size }, (_, index) => index);
  const state: PoolState = { options, idle: [], unused, up: new Set(), waiting: [] };
  return {
    acquireCluster: async (signal) => leaseOf(state, await obtain(state, signal)),
    async [Symbol.asyncDispose]() {
      const results = await Promise.allSettled(
        [...state.up].map((cluster) => cluster[Symbol.asyncDispose]()),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (!failed) return;
      const what = `a cluster did not go away: ${String(failed.reason)}`;
      throw new HarnessError("run/residue", what, { cause: failed.reason });
    },
  };
}
