import { createAuthority } from "../../harness/cluster/sandbox/certificates.ts";
import { createSandboxPool } from "../../harness/cluster/sandbox/pool.ts";
import { timeBareAttempt } from "./bare-attempt.ts";
import type { Measure } from "./measure.ts";
import { planAttempt, programOf, runOneAttempt } from "./one-attempt.ts";
import type { InsideTask } from "./sandbox-task.ts";

/**
 * What the harness takes in an attempt beside what the same steps take without it: see `timeBareAttempt`
 * for what is whose. Both on one warm cluster, in turn, now this, now that one first; the first pair is not counted.
 */
export async function measureHarnessTime(task: InsideTask): Promise<readonly Measure[]> {
  await using pool = createSandboxPool({
    size: 1,
    programs: task.programs,
    authority: await createAuthority(),
    directory: "/run/leakproof",
  });
  const attempt = await planAttempt("reference", "egress-service-deleted");
  const program = programOf(attempt);
  const bare: number[] = [];
  const whole: number[] = [];
  const ways = [
    async () => {
      await using lease = await pool.acquireCluster();
      bare.push((await timeBareAttempt(lease, attempt, { program, ordinal: bare.length })) / 1000);
    },
    async () => void whole.push((await runOneAttempt(pool, attempt, program)).durationMs / 1000),
  ];
  for (let round = 0; round <= task.repetitions; round++) {
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) await way();
    task.report(`${round}: attempt ${whole.at(-1)?.toFixed(2)} s, bare ${bare.at(-1)?.toFixed(2)} s`);
  }
  const [own, base] = [whole.slice(1), bare.slice(1)];
  return [
    { label: "the same steps, bare", unit: "s", samples: base },
    { label: "attempt", unit: "s", samples: own },
    {
      label: "harness time an attempt",
      unit: "s",
      samples: own.map((value, index) => value - (base[index] ?? 0)),
      goal: { atMost: 0.5, judged: "median" },
    },
  ];
}
