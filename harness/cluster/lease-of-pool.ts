import type { ClusterLease } from "./cluster.ts";

/**
 * A lease of a pooled cluster: given back when it is disposed of, or thrown away where it could not be brought back to
 * what it was.
 *
 * @param pool - `keep` takes it for the next one, `discard` ends it, `wake` is called in either case
 */
export function leaseOfPool(
  lease: ClusterLease,
  pool: { keep(): void; discard(): Promise<void>; wake(): void },
): ClusterLease {
  return {
    ...lease,
    async [Symbol.asyncDispose]() {
      try {
        await lease[Symbol.asyncDispose]();
        pool.keep();
      } catch (thrown) {
        await pool.discard();
        throw thrown;
      } finally {
        pool.wake();
      }
    },
  };
}
