import { HarnessError } from "../../errors/harness-error.ts";
import type { ClusterLease, ClusterPool } from "../cluster.ts";
import { type SandboxCluster, type SandboxClusterOptions, startSandboxCluster } from "./cluster.ts";

export interface SandboxPoolOptions extends Omit<SandboxClusterOptions, "index" | "signal"> {
  /** How many clusters may be up at once, 1 to 16. */
  readonly size: number;
}

/** Clusters of the sandbox: started when first asked for, then kept warm. */
export function createSandboxPool(options: SandboxPoolOptions): ClusterPool {
  const idle: { readonly index: number; readonly cluster: SandboxCluster }[] = [];
  const unused = Array.from({ length: options.size }, (_, index) => index);
  const up = new Set<SandboxCluster>();
  const waiting: (() => void)[] = [];

  async function obtain(signal: AbortSignal | undefined): Promise<(typeof idle)[number]> {
    for (;;) {
      signal?.throwIfAborted();
      const free = idle.pop();
      if (free) return free;
      const index = unused.shift();
      if (index !== undefined) {
        try {
          const cluster = await startSandboxCluster({
            ...options,
            index,
            ...(signal === undefined ? {} : { signal }),
          });
          up.add(cluster);
          return { index, cluster };
        } catch (thrown) {
          unused.push(index);
          throw thrown;
        }
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  async function discard(entry: (typeof idle)[number]): Promise<void> {
    up.delete(entry.cluster);
    await entry.cluster[Symbol.asyncDispose]();
    unused.push(entry.index);
  }

  async function acquireCluster(signal?: AbortSignal): Promise<ClusterLease> {
    const entry = await obtain(signal);
    const lease = await entry.cluster.lease();
    return {
      ...lease,
      async [Symbol.asyncDispose]() {
        try {
          await lease[Symbol.asyncDispose]();
          idle.push(entry);
        } catch (thrown) {
          await discard(entry);
          throw thrown;
        } finally {
          waiting.shift()?.();
        }
      },
    };
  }

  return {
    acquireCluster,
    async [Symbol.asyncDispose]() {
      const results = await Promise.allSettled([...up].map((cluster) => cluster[Symbol.asyncDispose]()));
      const failed = results.find((result) => result.status === "rejected");
      if (failed)
        throw new HarnessError("run/residue", `a cluster did not go away: ${String(failed.reason)}`, {
          cause: failed.reason,
        });
    },
  };
}
