import type { ClusterPool } from "../cluster.ts";
import { type ExistingCluster, leaseExisting } from "./lease.ts";
import { attemptNamespace, createRunNamespace, removeRunNamespace, runNamespace } from "./run-namespaces.ts";

export interface ExistingPoolOptions extends ExistingCluster {
  readonly runId: string;
}

/**
 * The one cluster that a run was given: lent to one attempt after the other. What a run needs for itself is in a
 * namespace of its own too, made with the first lease; disposing the pool deletes it.
 */
export function createExistingPool(options: ExistingPoolOptions): ClusterPool {
  const { api, runId } = options;
  const name = runNamespace(runId);
  let isMade = false;
  return {
    async acquireCluster(signal, world = "world") {
      if (!isMade) {
        // From now on it is to be removed, also where its making goes wrong in the middle.
        isMade = true;
        await createRunNamespace(api, name, { runId, isForPods: true });
      }
      return await leaseExisting({
        ...options,
        namespace: attemptNamespace(runId, world),
        ...(signal === undefined ? {} : { signal }),
      });
    },
    async [Symbol.asyncDispose]() {
      if (isMade) await removeRunNamespace(api, name, { runId });
    },
  };
}
