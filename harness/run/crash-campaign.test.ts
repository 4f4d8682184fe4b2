import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FaultFamily } from "../model/fault-family.ts";
import type { Plan } from "../model/plan.ts";
import type { Strikes } from "../model/profile.ts";
import type { Recording } from "../model/recording.ts";
import { catalog } from "./catalog.fixture.ts";
import { planCrashPoints } from "./crash-campaign.ts";
import { parseOptions } from "./options.ts";
import { engineLabel } from "./pick-engines.ts";
import { type PlannedAttempt, sealAttempts, selectAttempts } from "./select.ts";

function attemptsOf(line = ""): readonly PlannedAttempt[] {
  const { options } = parseOptions(line === "" ? [] : line.split(" "), () => 7);
  const { picks, attempts } = selectAttempts(catalog, options);
  return sealAttempts(attempts, new Map(picks.map(({ selection }) => [engineLabel(selection), "a"])));
}

/** A recording that leads to as many points as it has events. */
const recordingWith = (plan: Plan, points: number): Recording => ({
  schemaVersion: 1,
  plan,
  events: Array.from({ length: points }, () => ({ kind: "end", atMs: 0 })),
  snapshots: {},
});

const plansOf = ({ events, plan }: Recording, families: readonly FaultFamily[]): readonly Plan[] =>
  families.flatMap((family) =>
    events.map((_, index) => ({
      ...plan,
      id: `${plan.world}.${family}-${String(index + 1).padStart(2, "0")}`,
    })),
  );

const kills = (points: Strikes["points"]): readonly Strikes[] => [
  { families: ["kill"], level: "extended", points },
];

const campaign = (strikes: readonly Strikes[], seed = 7, attempts = attemptsOf()) =>
  planCrashPoints({
    strikes,
    seed,
    attempts,
    plansOf,
    restartedOf: () => undefined,
    evidenceOf: (id) => `/run/attempts/${id}`,
  });

const ids = (attempts: readonly PlannedAttempt[]): readonly string[] => attempts.map(({ plan }) => plan.id);

/** Runs a campaign to its end; every index attempt shows `points`. */
function runAll(strikes: readonly Strikes[], points: number, seed = 7): readonly PlannedAttempt[] {
  const { first, next } = campaign(strikes, seed);
  const all = [...first];
  for (const attempt of all) {
    if (attempt.role === "index") all.push(...next(attempt, recordingWith(attempt.plan, points)));
  }
  return all;
}

describe("planCrashPoints", () => {
  it("without strikes does nothing", () => {
    expect(campaign([]).first).toEqual([]);
  });

  it("with all looks at every supported attempt, and tries every point in its world", () => {
    const { first, next } = campaign(kills("all"));
    expect(ids(first)).toEqual([
      "reference-default.egress-moves.index",
      "kube-proxy-iptables.service-scaled.index",
      "kube-proxy-nftables.service-scaled.index",
    ]);
    const [index] = first;
    if (index === undefined) throw new Error("there is one");
    expect(index).toMatchObject({
      level: "extended",
      role: "index",
      plan: { indexed: true, world: "reference-default.egress-moves", seed: attemptsOf()[0]?.plan.seed },
    });
    const points = next(index, recordingWith(index.plan, 3));
    expect(ids(points)).toEqual([1, 2, 3].map((n) => `reference-default.egress-moves.kill-0${n}`));
    expect(points[0]).toMatchObject({
      level: "extended",
      role: "crash-point",
      reference: "/run/attempts/reference-default.egress-moves.index",
    });
    expect(next(index, undefined)).toEqual([]);
  });

  it.each(["all", "sample:3"] as const)(
    "with %s tries clean restarts first, and judges by them too",
    (choice) => {
      const attempts = attemptsOf("--engine reference");
      const evidenceOf = (id: string): string => `/run/attempts/${id}`;
      const restartedOf = ({ plan }: Recording): Plan => ({ ...plan, id: `${plan.world}.restarted` });
      const { first, next } = planCrashPoints({
        strikes: kills(choice),
        seed: 7,
        attempts,
        plansOf,
        restartedOf,
        evidenceOf,
      });
      const [index] = first;
      if (index === undefined) throw new Error("there is one");
      const [restarted, ...none] = next(index, recordingWith(index.plan, 3));
      expect(none).toEqual([]);
      expect(restarted).toMatchObject({ role: "restarted", reference: evidenceOf(index.plan.id) });
      if (restarted === undefined) throw new Error("there is one");
      const points = next(restarted, recordingWith(restarted.plan, 0));
      expect(points).toHaveLength(3);
      for (const point of points)
        expect(point).toMatchObject({
          role: "crash-point",
          reference: evidenceOf(index.plan.id),
          restarted: evidenceOf(restarted.plan.id),
        });
      // Where the restarts showed nothing, the points are tried all the same.
      const alone = next(restarted, undefined);
      expect(alone.map(({ plan }) => plan.id)).toEqual(points.map(({ plan }) => plan.id));
      expect(alone.every((point) => point.restarted === undefined)).toBe(true);
    },
  );

  it("has no restarts where there is nothing to judge by them", () => {
    const restartedOf = ({ plan }: Recording): Plan => ({ ...plan, id: `${plan.world}.restarted` });
    const { first, next } = planCrashPoints({
      strikes: kills("all"),
      seed: 7,
      attempts: attemptsOf("--engine reference"),
      plansOf,
      restartedOf,
      evidenceOf: (id) => id,
    });
    expect(first.flatMap((index) => next(index, recordingWith(index.plan, 0)))).toEqual([]);
    expect(first.flatMap((index) => next(index, undefined))).toEqual([]);
  });

  it("leaves repetitions and what only shows power alone", () => {
    const attempts = attemptsOf("--engine kube-proxy --repeat 2");
    expect(ids(campaign(kills("all"), 7, attempts).first)).toEqual([
      "kube-proxy-iptables.service-scaled.index",
    ]);
    const power = attempts.map((attempt) => ({ ...attempt, level: "power" as const }));
    expect(campaign(kills("all"), 7, power).first).toEqual([]);
  });

  it("shares a sample out evenly among the engines, a scenario each", () => {
    const all = runAll(kills("sample:8"), 20);
    const points = all.filter(({ role }) => role === "crash-point");
    const perEngine = Map.groupBy(points, ({ plan }) => engineLabel(plan.engine));
    expect([...perEngine.values()].map((own) => own.length)).toEqual([3, 3, 2]);
    expect(all.filter(({ role }) => role === "index")).toHaveLength(3);
    expect(new Set(ids(all)).size).toBe(all.length);
  });

  it("goes to another scenario where one has too few points, and gives up after three", () => {
    const attempts = attemptsOf("--engine kube-vip@v1 --profile egress-snat");
    const { first, next } = campaign(kills("sample:5"), 7, attempts);
    expect(first).toHaveLength(1);
    const [index] = first;
    const after = index === undefined ? [] : next(index, recordingWith(index.plan, 2));
    expect(after.map(({ role }) => role)).toEqual(["crash-point", "crash-point", "index"]);
    const other = after.at(-1);
    const last = other === undefined ? [] : next(other, undefined);
    expect(last.map(({ role }) => role)).toEqual(["index"]);
    const third = last[0] === undefined ? [] : next(last[0], undefined);
    expect(third).toEqual([]);
  });

  const both: readonly Strikes[] = [
    { families: ["kill"], level: "extended", points: "sample:3" },
    { families: ["api", "kernel"], level: "observed", points: "sample:4" },
  ];

  it("tries so many of each strike, at its level, and draws the first ones as if they were alone", () => {
    const attempts = attemptsOf("--engine kube-vip@v1 --profile egress-snat");
    const pointsAfter = (strikes: readonly Strikes[]) => {
      const { first, next } = campaign(strikes, 7, attempts);
      const index = first[0];
      if (index === undefined) throw new Error("there is one");
      return next(index, recordingWith(index.plan, 6)).filter(({ role }) => role === "crash-point");
    };
    const all = pointsAfter(both);
    const of = (wanted: PlannedAttempt["level"]) => all.filter(({ level }) => level === wanted);
    expect(ids(of("extended"))).toEqual(ids(pointsAfter(kills("sample:3"))));
    expect(of("observed")).toHaveLength(4);
    expect(ids(of("observed")).every((id) => /\.(?:api|kernel)-\d+$/.test(id))).toBe(true);
  });

  it("goes on with another scenario for those strikes alone that have too few places", () => {
    const attempts = attemptsOf("--engine kube-vip@v1 --profile egress-snat");
    const { first, next } = campaign(both, 7, attempts);
    const [index] = first;
    // Two places of a family: too few kills, enough of the others.
    const after = index === undefined ? [] : next(index, recordingWith(index.plan, 2));
    expect(after.map(({ role }) => role)).toEqual([...Array(6).fill("crash-point"), "index"]);
    const other = after.at(-1);
    const more = other === undefined ? [] : next(other, recordingWith(other.plan, 2));
    expect(more.map(({ level }) => level)).toEqual(["extended"]);
  });

  it("with all tries every place of every strike", () => {
    const { first, next } = campaign(
      both.map((strike) => ({ ...strike, points: "all" as const })),
      7,
      attemptsOf("--engine reference"),
    );
    const [index] = first;
    const points = index === undefined ? [] : next(index, recordingWith(index.plan, 2));
    expect(points.map(({ level }) => level)).toEqual([
      ...Array(2).fill("extended"),
      ...Array(4).fill("observed"),
    ]);
  });

  it("never tries more than asked for, draws by the seed alone, in whichever order attempts end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(12), fc.nat(), (count, points, seed) => {
        const all = runAll(kills(`sample:${count}`), points, seed);
        const tried = all.filter(({ role }) => role === "crash-point");
        expect(tried.length).toBeLessThanOrEqual(count);
        expect(tried.length).toBe(
          [0, 1, 2].reduce((sum, engine) => sum + Math.min(points, Math.floor((count + 2 - engine) / 3)), 0),
        );
        const backwards = campaign(kills(`sample:${count}`), seed);
        const again = backwards.first
          .toReversed()
          .flatMap((index) => [index, ...backwards.next(index, recordingWith(index.plan, points))]);
        expect(ids(again).toSorted()).toEqual(ids(all).toSorted());
      }),
    );
  });

  it("draws none from a scenario of very many steps, where there is another", () => {
    const attempts = attemptsOf("--engine reference");
    const step = { name: "again", operations: [], expect: [] };
    const steps = () => Array.from({ length: 20 }, () => step);
    const long = attempts.map((attempt) => ({
      ...attempt,
      plan: { ...attempt.plan, id: `long-${attempt.plan.id}` },
      scenario: { ...attempt.scenario, steps },
    }));
    const indexed = (of: readonly PlannedAttempt[], points: Strikes["points"], seed = 7) =>
      campaign(kills(points), seed, of).first.map(({ scenario }) => scenario.steps === steps);
    for (let seed = 1; seed <= 20; seed++)
      expect(indexed([...long, ...attempts], "sample:2", seed)).toEqual([false]);
    expect(indexed(long, "sample:2")).toEqual([true]);
    expect(indexed([...long, ...attempts], "all")).toContain(true);
  });
});
