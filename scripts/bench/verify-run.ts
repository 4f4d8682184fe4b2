import { join } from "node:path";
import { checkout } from "../conformance/plan-run.ts";
import { makeLargeRun } from "../verify/large-run.fixture.ts";
import type { Figure } from "./measure.ts";
import { timeCommand } from "./project-command.ts";

/** Three scenarios: 1,002 attempts. */
const repeat = 334;

/** Verifying a large report: every file read and hashed, every recording judged again. */
export const verifyRun: Figure = {
  name: "verify",
  title: "verification of a report of 1,000 attempts",
  async measure(context) {
    await using run = await makeLargeRun(repeat);
    const samples: number[] = [];
    // Of the fixture's time are suite and profile: what they were is no matter here.
    const argv = [process.execPath, join(checkout, "scripts/verify.ts"), run.directory];
    for (let round = 0; round < context.repetitions(5); round++) {
      samples.push((await timeCommand(argv, context.signal)) / 1000);
      context.report(`  ${samples.at(-1)?.toFixed(2)} s`);
    }
    return [{ label: "1,002 attempts", unit: "s", samples, goal: { atMost: 5, judged: "median" } }];
  },
};
