import { ratiosOf } from "./statistics.ts";
import type { Figure } from "./measure.ts";
import { commonArguments, entry, temporaryOut, timeCommand } from "./project-command.ts";

/** Eight attempts, so that four clusters share them evenly. */
const scenarioNames = [
  "egress-cidrs-configured",
  "egress-endpoint-moves-same-node",
  "egress-service-deleted",
  "egress-service-deleted-while-down",
  "egress-two-services-one-pod",
  "route-service-deleted-while-down",
  "route-service-recreated-while-down",
  "route-several-services",
];
const attempts = scenarioNames.length;
const clusterCounts = [1, 2, 4] as const;

/** How much more is done when attempts run side by side, the start of all clusters included. */
export const throughput: Figure = {
  name: "throughput",
  title: "attempts per minute, by clusters",
  async measure(context) {
    const perMinute = new Map<number, number[]>(clusterCounts.map((count) => [count, []]));
    const rounds = context.repetitions(1);
    for (let round = 1; round <= rounds; round++) {
      for (const [clusters, samples] of perMinute) {
        await using out = await temporaryOut();
        const scenarios = scenarioNames.flatMap((name) => ["--scenario", name]);
        const argv = [...entry, "--engine", "reference", ...scenarios, "--clusters", `${clusters}`];
        const durationMs = await timeCommand(
          [...argv, ...commonArguments(context, out.path)],
          context.signal,
        );
        samples.push((attempts * 60_000) / durationMs);
        context.report(
          `  ${round}/${rounds}: clusters ${clusters}: ${attempts} attempts in ${(durationMs / 1000).toFixed(0)} s`,
        );
      }
    }
    const base = perMinute.get(1) ?? [];
    return [...perMinute].flatMap(([clusters, samples]) => {
      const what = clusters === 1 ? "1 cluster" : `${clusters} clusters`;
      const figure = { label: what, unit: "per min", samples } as const;
      return clusters === 1
        ? [figure]
        : [figure, { label: `${what} to 1`, unit: "ratio", samples: ratiosOf(samples, base) } as const];
    });
  },
};
