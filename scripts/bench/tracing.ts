import { createAuthority } from "../../harness/cluster/sandbox/certificates.ts";
import { createSandboxPool } from "../../harness/cluster/sandbox/pool.ts";
import type { Measure } from "./measure.ts";
import { planAttempt, programOf, runOneAttempt } from "./one-attempt.ts";
import type { InsideTask } from "./sandbox-task.ts";
import { ratiosOf } from "./statistics.ts";

/** One engine that starts a tool for each change, one that runs many threads. */
const cases = [
  { engine: "reference", scenario: "egress-service-deleted" },
  { engine: "kube-proxy/nftables", scenario: "service-created-deleted" },
] as const;

/**
 * What the tracer costs: the same attempt with and without it, in turn, now this, now that one first; the
 * first pair warms the cluster and is not counted. Without it, nodes are looked at every 150 ms while they
 * settle, since nothing tells of writes: that is what tracing has taken the place of, and part of the base.
 */
export async function measureTracing(task: InsideTask): Promise<readonly Measure[]> {
  await using pool = createSandboxPool({
    size: 1,
    programs: task.programs,
    authority: await createAuthority(),
    directory: "/run/leakproof",
  });
  const measures: Measure[] = [];
  const { kubeProxy } = task.programs;
  for (const { engine, scenario } of cases) {
    if (engine !== "reference" && kubeProxy === undefined) {
      task.report(`${engine}: not measured, this control plane comes without it`);
      continue;
    }
    const attempt = await planAttempt(engine, scenario);
    const program = programOf(attempt, kubeProxy);
    const traced: number[] = [];
    const untraced: number[] = [];
    const ways = [
      async () => void traced.push((await runOneAttempt(pool, attempt, program)).durationMs),
      async () =>
        void untraced.push((await runOneAttempt(pool, attempt, program, { untraced: true })).durationMs),
    ];
    for (let round = 0; round <= task.repetitions; round++) {
      for (const way of round % 2 === 0 ? ways : ways.toReversed()) await way();
      task.report(`${engine} ${round}: traced ${traced.at(-1)} ms, untraced ${untraced.at(-1)} ms`);
    }
    const [own, base] = [traced.slice(1), untraced.slice(1)];
    measures.push(
      { label: `${engine}: attempt, untraced`, unit: "ms", samples: base },
      { label: `${engine}: attempt, traced`, unit: "ms", samples: own },
      {
        label: `${engine}: traced to untraced`,
        unit: "ratio",
        samples: ratiosOf(own, base),
        goal: { atMost: 1.15, judged: "median" },
      },
    );
  }
  return measures;
}
