import { join } from "node:path";
import { checkout } from "../conformance/plan-run.ts";
import type { Figure } from "./measure.ts";
import { entry, timeCommand } from "./project-command.ts";
import { ratiosOf } from "./statistics.ts";

/** Three ways to one list of attempts: the work is the same. */
const ways = [
  {
    label: "node scripts/conformance.ts --list",
    argv: [process.execPath, join(checkout, "scripts/conformance.ts"), "--list"],
  },
  { label: "node bin/leakproof.js conformance --list", argv: [...entry, "--list"] },
  { label: "npm run conformance -- --list", argv: ["npm", "run", "--silent", "conformance", "--", "--list"] },
] as const;

/** What the entry costs when everything is set up: it has nothing to do but to see that. */
export const secondStart: Figure = {
  name: "second-start",
  title: "start with everything set up",
  async measure(context) {
    const samples = ways.map((): number[] => []);
    const rounds = context.repetitions(7);
    // The first round warms the page cache and is not counted.
    for (let round = 0; round <= rounds; round++) {
      for (const [index, { argv }] of ways.entries()) {
        const durationMs = await timeCommand(argv, context.signal);
        if (round > 0) samples[index]?.push(durationMs);
      }
    }
    context.report(`  ${rounds} rounds of ${ways.length}`);
    const [direct = [], ...others] = samples;
    return [
      ...ways.map(({ label }, index) => ({ label, unit: "ms", samples: samples[index] ?? [] }) as const),
      ...others.map(
        (durations, index) =>
          ({
            label: index === 0 ? "the entry to the script alone" : "npm and the entry to the script alone",
            unit: "ratio",
            samples: ratiosOf(durations, direct),
          }) as const,
      ),
    ];
  },
};
