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
 * The goal is for an engine like those that users bring. The project's own is TypeScript that is compiled with
 * each start: on two processors it is they that are the limit, sooner than for any other.
 */
const cases = [
  { engine: "kube-proxy/nftables", scenario: "service-created-deleted", hasGoal: true },
  { engine: "reference", scenario: "egress-service-deleted", hasGoal: false },
] as const;

/** Attempts a minute by the number of clusters, each round all numbers in turn. */
async function countAttempts(
  task: InsideTask,
  pool: ClusterPool,
  { engine, scenario }: (typeof cases)[number],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const attempt = await planAttempt(engine, scenario);
  const program = programOf(attempt, task.programs.kubeProxy);
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
      task.report(`${engine} ${round}: ${lanes} clusters: ${samples.at(-1)?.toFixed(1)} per min`);
    }
  }
  return perMinute;
}

/**
 * How much more is done when attempts run side by side on warm clusters; what is not used is up as well.
 * The attempts are fault-free, of quick scenarios. One goal, for two processors.
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
  const measures: Measure[] = [];
  for (const each of cases) {
    const { engine } = each;
    if (engine !== "reference" && task.programs.kubeProxy === undefined) {
      task.report(`${engine}: not measured, this control plane comes without it`);
      continue;
    }
    const perMinute = await countAttempts(task, pool, each);
    const base = perMinute.get(1) ?? [];
    for (const [clusters, samples] of perMinute) {
      const what = `${engine}: ${clusters} ${clusters === 1 ? "cluster" : "clusters"}`;
      measures.push({ label: what, unit: "per min", samples });
      if (clusters === 1) continue;
      const goal = clusters === 4 && each.hasGoal ? ({ atLeast: 3, judged: "median" } as const) : undefined;
      const ratios = ratiosOf(samples, base);
      measures.push({ label: `${what} to 1`, unit: "ratio", samples: ratios, ...(goal && { goal }) });
    }
  }
  return measures;
}
