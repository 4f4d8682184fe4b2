import { createAuthority } from "../../harness/cluster/sandbox/certificates.ts";
import { createSandboxPool } from "../../harness/cluster/sandbox/pool.ts";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import { startLanes } from "../../harness/run/lanes.ts";
import type { Measure } from "./measure.ts";
import { planAttempt, programOf, runOneAttempt } from "./one-attempt.ts";
import type { InsideTask } from "./sandbox-task.ts";
import { ratiosOf } from "./statistics.ts";

const clusterCounts = [1, 2, 4] as const;
/** Attempts that each cluster has, so that none is left with more than the others. */
const attemptsEach = 3;

/** Starts every cluster of the pool. */
async function warm(pool: ClusterPool, size: number): Promise<void> {
  const leases = await Promise.all(Array.from({ length: size }, () => pool.acquireCluster()));
  for (const lease of leases) await lease[Symbol.asyncDispose]();
}

/**
 * How much more is done when attempts run side by side on warm clusters; what is not used is up as well.
 * The attempt is fault-free, of the quickest scenario of the project's own engine. One goal, for two processors.
 */
export async function measureThroughput(task: InsideTask): Promise<readonly Measure[]> {
  const size = Math.max(...clusterCounts);
  await using pool = createSandboxPool({
    size,
    programs: task.programs,
    authority: await createAuthority(),
    directory: "/run/leakproof",
  });
  await warm(pool, size);
  const attempt = await planAttempt("reference", "egress-service-deleted");
  const program = programOf(attempt);
  await runOneAttempt(pool, attempt, program);
  const perMinute = new Map<number, number[]>(clusterCounts.map((count) => [count, []]));
  for (let round = 1; round <= task.repetitions; round++) {
    for (const [lanes, samples] of perMinute) {
      const work = Array.from({ length: lanes * attemptsEach }, () => attempt);
      const began = performance.now();
      const { signal } = new AbortController();
      const run = (): ReturnType<typeof runOneAttempt> => runOneAttempt(pool, attempt, program);
      await Promise.all(startLanes({ work, lanes, run, done: async () => undefined, signal }));
      samples.push((work.length * 60_000) / (performance.now() - began));
      task.report(`${round}: ${lanes} clusters: ${samples.at(-1)?.toFixed(1)} per min`);
    }
  }
  const base = perMinute.get(1) ?? [];
  return [...perMinute].flatMap(([clusters, samples]): readonly Measure[] => {
    const what = clusters === 1 ? "1 cluster" : `${clusters} clusters`;
    const figure = { label: what, unit: "per min", samples } as const;
    if (clusters === 1) return [figure];
    const goal = clusters === 4 ? ({ atLeast: 3, judged: "median" } as const) : undefined;
    return [
      figure,
      { label: `${what} to 1`, unit: "ratio", samples: ratiosOf(samples, base), ...(goal && { goal }) },
    ];
  });
}
