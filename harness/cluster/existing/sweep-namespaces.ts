import type { KubeApi } from "../../kube/client.ts";
import type { Leftover, Sweeper } from "../../sweep/leftover.ts";
import { isAlive, isOfThisBoot } from "../kind/run-network.ts";
import { listRunNamespaces, removeRunNamespace, type RunNamespace } from "./run-namespaces.ts";

/** A run makes a namespace for each attempt, none of which takes half as long as this, in ms. */
const leastIdleMs = 3_600_000;

/** Why a run is over whose namespaces are there; undefined where it may go on. */
function whyOver(own: readonly RunNamespace[], { idleMs, now }: SweepTimes): string | undefined {
  const owner = own[0]?.owner ?? "";
  if (isOfThisBoot(owner)) return isAlive(owner) ? undefined : "its process is gone";
  const idle = Math.max(idleMs, leastIdleMs);
  const newest = Math.max(...own.map(({ createdMs }) => createdMs));
  return now - newest > idle
    ? `it began on another machine, and has made none for ${Math.round(idle / 60_000)} minutes`
    : undefined;
}

interface SweepTimes {
  readonly idleMs: number;
  /** ms since 1970. */
  readonly now: number;
}

/** Namespaces that killed runs left in a cluster of the user's own. */
export function sweepRunNamespaces(api: KubeApi, times: SweepTimes): Sweeper {
  return {
    name: "namespaces of runs",
    async find() {
      const runs = Map.groupBy(await listRunNamespaces(api), ({ runId }) => runId);
      return [...runs].flatMap(([runId, own]): readonly Leftover[] => {
        const why = whyOver(own, times);
        if (why === undefined) return [];
        return own.map(({ name }) => ({
          what: `namespace ${name}`,
          why: `of run ${runId}: ${why}`,
          remove: () => removeRunNamespace(api, name, { runId }),
        }));
      });
    },
  };
}
