import { expect, it } from "vitest";
import { explore, type ExploreOptions, type ExploreResult } from "./explore.ts";
import { type Bug, deletedWhileDown, fakeRun, movedUnderFault } from "./fake-engine.fixture.ts";
import { renderSchedule } from "./schedule-text.ts";

/** A clock that an attempt moves on by 1 s: a budget is a number of looks at it. */
function tickingClock(): () => number {
  let ms = 0;
  return () => (ms += 1_000);
}

async function search(
  bugs: readonly Bug[],
  options: Partial<ExploreOptions> = {},
): Promise<ExploreResult & { readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const result = await explore({
    ...fakeRun(...bugs),
    features: ["egress", "route-table"],
    seed: 11,
    budgetMs: 250_000,
    lanes: 2,
    report: (line) => void lines.push(line),
    signal: new AbortController().signal,
    now: tickingClock(),
    ...options,
  });
  return { ...result, lines };
}

it("finds each bug once and shrinks it to what brings it about", async () => {
  const { failures, endedBy, verdicts, attempts } = await search([deletedWhileDown, movedUnderFault]);
  const shrunk = failures.map(({ keys, schedule }) => `${keys.join()} ${renderSchedule(schedule)}`);
  expect(shrunk).toHaveLength(2);
  expect(shrunk.join("\n")).toMatch(
    /deleted-while-down (?:egress|route-table): create a, (?:kill|terminate), delete a$/m,
  );
  expect(shrunk.join("\n")).toMatch(
    /moved-under-fault (?:egress|route-table): create a \[kill at [^\]]*next step\]; move a$/m,
  );
  for (const { result, isShrunk, schedule } of failures) {
    expect(isShrunk).toBe(true);
    expect(result.plan.schedule).toEqual(schedule);
    expect(result.verdict.kind).toBe("fail");
  }
  expect(endedBy).toBe("budget");
  expect((verdicts.fail ?? 0) + (verdicts.pass ?? 0)).toBe(attempts);
});

it("finds nothing where nothing is wrong", async () => {
  const { failures, verdicts, drawn } = await search([]);
  expect(failures).toEqual([]);
  expect(drawn).toBeGreaterThan(50);
  expect(Object.keys(verdicts)).toEqual(["pass"]);
});

it("takes two things that one schedule shows for one failure", async () => {
  const [, isHit] = deletedWhileDown;
  const { failures } = await search([deletedWhileDown, ["-s its-shadow", isHit]]);
  expect(failures.map(({ keys }) => keys.length)).toEqual([2]);
});

it("follows from the seed and the verdicts, not from the order in which attempts end", {
  timeout: 60_000,
}, async () => {
  const plans = async (seed: number): Promise<readonly string[]> => {
    const run = fakeRun(deletedWhileDown);
    await search([], { ...run, seed });
    return run.plans.map(({ id }) => id);
  };
  const first = await plans(5);
  expect(await plans(5)).toEqual(first);
  expect(await plans(6)).not.toEqual(first);
  expect(new Set(first).size).toBe(first.length);
});

it("ends when it is told to, with what it has", async () => {
  const stop = new AbortController();
  const run = fakeRun(deletedWhileDown);
  const { endedBy } = await search([], {
    ...run,
    signal: stop.signal,
    runPlan: async (plan, lane) => {
      if (run.plans.length >= 9) stop.abort();
      return run.runPlan(plan, lane);
    },
  });
  expect(endedBy).toBe("interrupted");
  expect(run.plans.length).toBeLessThan(15);
});
