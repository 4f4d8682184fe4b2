import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Finding, Verdict } from "../../harness/model/verdict.ts";
import { entryOf, failed, finding, markRule, planOf } from "../../report/report.fixture.ts";
import { compareAttempts, exitCodeOf, renderComparisons } from "./compare.ts";
import { planReplay, readRecorded, referenceDirectories } from "./plan-replay.ts";
import { parseReplay } from "./replay-options.ts";

const entry = (verdict: Verdict) => entryOf("kv.moves", verdict);
const failedBy = (...findings: readonly [Finding, ...Finding[]]) => entry({ kind: "fail", findings });
const error = { kind: "error", cause: { code: "run/perturbed", message: "x" }, findings: [] } as const;
const missed = { kind: "not-exercised", reason: "overshoot", detail: "two writes" } as const;

describe("compareAttempts", () => {
  it.each<[string, ReturnType<typeof entry>]>([
    ["the same", entry(failed)],
    [
      "other addresses and times",
      failedBy({
        ...finding,
        item: { ...markRule, text: markRule.text.replace("10.244.0.7", "10.244.0.9") },
        firstSeen: { step: "created", atMs: 9 },
      }),
    ],
    ["it twice", failedBy(finding, finding)],
    [
      "a figure beside it",
      failedBy(finding, { ...finding, level: "observed", oracle: "half-life" as never }),
    ],
  ])("takes %s for the same", (_, now) => {
    expect(compareAttempts(entry(failed), now)).toMatchObject({ state: "same" });
  });

  it.each<[string, ReturnType<typeof entry>, string]>([
    ["a pass", entry({ kind: "pass" }), '- retired-identity in step "moved"'],
    ["another oracle", failedBy({ ...finding, oracle: "residue" }), '+ residue in step "moved"'],
    ["another step", failedBy({ ...finding, step: "deleted" }), 'in step "deleted"'],
    [
      "one more finding",
      failedBy(finding, { ...finding, item: { ...markRule, text: "-A X" } }),
      "+ retired-identity",
    ],
  ])("takes %s for different", (_, now, line) => {
    const { state, lines } = compareAttempts(entry(failed), now);
    expect(state).toBe("different");
    expect(lines.join("\n")).toContain(line);
  });

  it.each([
    ["an error", entry(error)],
    ["a fault that did not come about", entry(missed)],
    ["nothing at all", undefined],
  ])("cannot tell by %s", (_, now) => {
    expect(compareAttempts(entry(failed), now).state).toBe("could not tell");
  });

  it("takes what could not be told twice for the same", () => {
    expect(compareAttempts(entry(missed), entry(missed)).state).toBe("same");
  });
});

it("ends with 0, 1 or 2, and a line a time", () => {
  const [same, different, open] = [entry(failed), entry({ kind: "pass" }), entry(error)].map((now) =>
    compareAttempts(entry(failed), now),
  );
  if (!same || !different || !open) throw new Error("there are three");
  expect(exitCodeOf([same, same])).toBe(0);
  expect(exitCodeOf([same, different, open])).toBe(1);
  expect(exitCodeOf([same, open])).toBe(2);
  expect(renderComparisons("a", [same, different])).toMatch(
    /^\[1\/2\] same: fail, 1 findings\n\[2\/2\] different: pass, 0 findings; recorded: fail, 1 findings\n {2}- .*\na: 1 of 2 the same\n$/s,
  );
});

describe("parseReplay", () => {
  it("takes a plan, and hands on what is a run's", () => {
    expect(
      parseReplay([
        "out/1/attempts/a",
        "--times",
        "10",
        "--engine-binary",
        "x",
        "--as-root",
        "--engine=./e.yaml",
      ]),
    ).toEqual({
      plan: "out/1/attempts/a",
      times: 10,
      engine: "./e.yaml",
      hasBinary: true,
      rest: ["--engine-binary=x", "--as-root"],
    });
  });

  it.each([
    [[], "args/bad-value"],
    [["a", "b"], "args/bad-value"],
    [["a", "--times", "0"], "args/bad-value"],
    [["a", "--time", "3"], "args/unknown-option"],
    [["a", "--seed", "3"], "args/unknown-option"],
    [["a", "--as-root=yes"], "args/unknown-option"],
  ])("%j is %s", (argv, code) => {
    expect(() => parseReplay(argv)).toThrow(`[${code}]`);
  });
});

describe("the plan of a replay", () => {
  let directory = "";
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), "leakproof-replay-")), "attempts", "ref.x.crash-001");
    await mkdir(directory, { recursive: true });
  });
  afterEach(async () => rm(join(directory, "../.."), { recursive: true }));

  const engine = { name: "reference", variant: "default", options: { mutant: "wrong-mask" } };
  const kill = {
    action: { kind: "kill", scope: "tree" },
    step: "created",
    node: 0,
    trigger: { at: "step-begin" },
    heal: "same-step",
  } as const;
  const plan = {
    ...planOf("ref.x.crash-001", "egress-service-deleted"),
    engine,
    world: "ref.x",
    faults: [kill],
  };
  const argv = [
    "--engine=reference",
    "--engine-option=mutant=wrong-mask",
    "--seed=99",
    "--crash-points=none",
  ];

  async function write(what: object = plan): Promise<void> {
    await writeFile(join(directory, "plan.json"), JSON.stringify(what));
    await writeFile(
      join(directory, "verdict.json"),
      JSON.stringify({ ...entry(failed), role: "crash-point" }),
    );
  }

  it("has the seed, the world and the faults of the recorded one, each time under another id", async () => {
    await write();
    const { selection, problems, strikes } = await planReplay(argv, 99, { directory, times: 2 });
    expect(problems).toEqual([]);
    expect(strikes).toEqual([]);
    const { id: _, engineDigest: __, ...same } = plan;
    expect(selection.attempts.map(({ draft }) => draft)).toEqual([
      { ...same, id: "ref.x.crash-001.t1" },
      { ...same, id: "ref.x.crash-001.t2" },
    ]);
    expect(selection.attempts[0]).toMatchObject({ role: "crash-point", level: "core" });
  });

  it("gives an attempt without faults its own world again", async () => {
    const { world: _, faults: __, ...plain } = plan;
    await write(plain);
    const { selection } = await planReplay(argv, 99, { directory, times: 1 });
    expect(selection.attempts[0]?.draft.world).toBe(plan.id);
  });

  it("is judged against the recordings of its world, where they are still there", async () => {
    await write();
    expect(await referenceDirectories(directory, plan)).toEqual({});
    const [reference, restarted] = ["index", "restarted"].map((name) =>
      join(directory, "..", `ref.x.${name}`),
    );
    for (const path of [reference, restarted]) {
      await mkdir(path ?? "");
      await writeFile(join(path ?? "", "recording.jsonl"), "");
    }
    expect(await referenceDirectories(directory, plan)).toEqual({ reference });
    expect(await referenceDirectories(reference ?? "", { ...plan, id: "ref.x.index" })).toEqual({});
    const shown = { ...entry({ kind: "pass" }), id: "ref.x.restarted", traced: true };
    await writeFile(join(restarted ?? "", "verdict.json"), JSON.stringify(shown));
    expect(await referenceDirectories(directory, plan)).toEqual({ reference, restarted });
    await writeFile(join(restarted ?? "", "verdict.json"), JSON.stringify({ ...shown, traced: false }));
    expect(await referenceDirectories(directory, plan)).toEqual({ reference });
  });

  it.each([
    ["no plan", async () => undefined, "has no plan.json"],
    [
      "no verdict",
      async () => writeFile(join(directory, "plan.json"), JSON.stringify(plan)),
      "has no verdict.json",
    ],
    ["a plan of another version", async () => write({ ...plan, schemaVersion: 2 }), "schemaVersion"],
  ])("refuses a directory with %s", async (_, prepare, text) => {
    await prepare();
    await expect(readRecorded(directory)).rejects.toThrow(text);
    await expect(readRecorded(directory)).rejects.toMatchObject({ code: "args/bad-plan" });
  });

  it("tells of a scenario that is not there", async () => {
    await write({ ...plan, scenario: "egress-gone" });
    const { problems } = await planReplay(argv, 99, { directory, times: 1 });
    expect(problems.map(({ message }) => message).join()).toContain(
      '[args/bad-plan] the plan is of the scenario "egress-gone"',
    );
  });
});
