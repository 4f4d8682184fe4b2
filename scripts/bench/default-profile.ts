import type { Figure } from "./measure.ts";
import { commonArguments, entry, temporaryOut, timeCommand } from "./project-command.ts";

/** A whole run as anybody starts it, without a word about engines or clusters. */
export const defaultProfile: Figure = {
  name: "default-profile",
  title: "one run of the default profile",
  isLong: true,
  async measure(context) {
    const samples: number[] = [];
    const rounds = context.repetitions(1);
    for (let round = 1; round <= rounds; round++) {
      await using out = await temporaryOut();
      const durationMs = await timeCommand([...entry, ...commonArguments(context, out.path)], context.signal);
      samples.push(durationMs / 60_000);
      context.report(`  ${round}/${rounds}: ${(durationMs / 60_000).toFixed(1)} min`);
    }
    return [{ label: "npm run conformance", unit: "min", samples, goal: { atMost: 10, judged: "worst" } }];
  },
};
