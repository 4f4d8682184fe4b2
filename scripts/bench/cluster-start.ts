import type { Authority } from "../../harness/cluster/sandbox/certificates.ts";
import { createAuthority } from "../../harness/cluster/sandbox/certificates.ts";
import { createSandboxPool } from "../../harness/cluster/sandbox/pool.ts";
import { timeBareStart } from "./bare-start.ts";
import type { Measure } from "./measure.ts";
import type { InsideTask } from "./sandbox-task.ts";
import { ratiosOf } from "./statistics.ts";

const scratch = "/run/leakproof";

/** @returns ms from the call to the lease; the cluster is thrown away after that */
async function timeCluster(programs: InsideTask["programs"], authority: Authority): Promise<number> {
  await using pool = createSandboxPool({ size: 1, programs, authority, directory: scratch });
  const began = performance.now();
  await using _lease = await pool.acquireCluster();
  return performance.now() - began;
}

/**
 * How much longer a cluster takes than the two programs that it is made of. Both are started in turn, each
 * with nothing left of the one before, and now this, now that one first; the first pair warms the page cache
 * and is not counted.
 */
export async function measureClusterStart({
  programs,
  repetitions,
  report,
}: InsideTask): Promise<readonly Measure[]> {
  const authority = await createAuthority();
  const bare: number[] = [];
  const cluster: number[] = [];
  const startBare = async (): Promise<unknown> =>
    bare.push(await timeBareStart(programs, authority, scratch));
  const startCluster = async (): Promise<unknown> => cluster.push(await timeCluster(programs, authority));
  for (let round = 0; round <= repetitions; round++) {
    const pair = [startBare, startCluster];
    for (const start of round % 2 === 0 ? pair : pair.toReversed()) await start();
    const place = round === 0 ? "warm-up" : `${round}/${repetitions}`;
    report(`${place}: cluster ${cluster.at(-1)?.toFixed(0)} ms, bare ${bare.at(-1)?.toFixed(0)} ms`);
    if (round > 0) continue;
    bare.pop();
    cluster.pop();
  }
  return [
    { label: "bare etcd + kube-apiserver", unit: "ms", samples: bare },
    { label: "cluster, from call to lease", unit: "ms", samples: cluster },
    {
      label: "cluster to bare",
      unit: "ratio",
      samples: ratiosOf(cluster, bare),
      goal: { atMost: 1.3, judged: "median" },
    },
  ];
}
