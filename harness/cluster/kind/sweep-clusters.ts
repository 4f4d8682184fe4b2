import { run } from "../../process/run.ts";
import type { Leftover, Sweeper } from "../../sweep/leftover.ts";
import { expectDocker, type RunTool } from "./docker.ts";
import { reapKindClusters, type Reaped, removeRemains } from "./reap.ts";

/** Clusters of kind whose run was killed. Without a docker daemon there are none. */
export function sweepKindClusters(runTool: RunTool = run): Sweeper {
  const leftover = ({ runId, network, containers, namespaces }: Reaped): Leftover => ({
    what:
      network === ""
        ? containers.join(", ")
        : `${network} (${[...containers, ...namespaces].join(", ") || "its network alone"})`,
    why: runId === "" ? "its network is gone" : `the process of run ${runId} is gone`,
    async remove() {
      if (runId === "") await removeRemains({ containers, namespaces }, runTool);
      else await reapKindClusters({ only: [runId], runTool });
    },
  });
  return {
    name: "clusters of kind",
    async find() {
      const hasDocker = await expectDocker(runTool).then(
        () => true,
        () => false,
      );
      return hasDocker ? (await reapKindClusters({ dryRun: true, runTool })).map(leftover) : [];
    },
  };
}
