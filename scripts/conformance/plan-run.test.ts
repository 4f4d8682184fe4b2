import { mkdtempDisposable } from "node:fs/promises";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mutants } from "../../engines/reference/mutants/all.ts";
import type { Verdict } from "../../harness/model/verdict.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import type { DraftAttempt } from "../../harness/run/select.ts";
import { buildManifest, describePlanned } from "../../report/manifest.ts";
import type { RunManifest } from "../../report/manifest-schema.ts";
import { failed, manifest, recordingOf, resultOf } from "../../report/report.fixture.ts";
import { openReport } from "../../report/store.ts";
import { plannedInput } from "./describe-run.ts";
import { planRun } from "./plan-run.ts";
import { foundProblems, resumeProblems } from "./resume.ts";

const plan = (line: string) => planRun(line.split(" "), 7);
const isPower = ({ level }: DraftAttempt): boolean => level === "power";

describe("crash points and power", () => {
  it("come with a whole run of a profile, and power where it is asked for", async () => {
    const { strikes, selection } = await plan("--engine reference --power");
    expect(strikes).toEqual([{ families: ["kill"], level: "extended", points: "sample:8" }]);
    expect((await plan("--engine reference")).selection.attempts.filter(isPower)).toEqual([]);
    const shown = selection.attempts.filter(isPower);
    expect(shown.map(({ mutant }) => mutant?.name)).toEqual(mutants.map(({ name }) => name));
    expect(new Set(selection.attempts.map(({ draft }) => draft.id)).size).toBe(selection.attempts.length);
  });

  it.each([
    ["a part of the profile", "--engine reference --scenario egress-ipv6"],
    ["when they are not wanted", "--engine reference --crash-points none --no-power"],
  ])("do not come with %s", async (_, line) => {
    const { strikes, selection } = await plan(line);
    expect(strikes).toEqual([]);
    expect(selection.attempts.filter(isPower)).toEqual([]);
  });

  it("come with any run that asks for them", async () => {
    const { strikes, selection, programs } = await plan(
      "--engine kube-proxy --scenario service-scaled --crash-points all --power",
    );
    expect(strikes).toEqual([{ families: ["kill"], level: "extended", points: "all" }]);
    // A mutant that an upgrade shows needs two versions or more.
    expect(programs.map(({ selection: picked }) => engineLabel(picked)).toSorted()).toEqual([
      "kube-proxy/iptables",
      "reference/default",
      "reference@v1..v2..v3/default",
      "reference@v1..v2/default",
      "reference@v1/default",
      "reference@v2..v3/default",
      "reference@v2/default",
    ]);
    // The sound engine is none of the run's own: it is shown in the mutants' scenarios.
    const sound = selection.attempts.filter((attempt) => isPower(attempt) && attempt.mutant === undefined);
    expect(new Set(sound.map(({ scenario }) => scenario.name))).toEqual(
      new Set(mutants.map(({ scenario }) => scenario)),
    );
  });

  it.each([
    ["of the profile, each with places of its own", "", [["kill"], ["race"], ["api"], ["kernel"]]],
    ["that are asked for, with places of all", " --faults api --faults orphan", [["api", "orphan"]]],
    ["that are asked for, in a part of the profile too", " --scenario egress-ipv6 --faults api", [["api"]]],
    ["kill where only places are asked for", " --crash-points sample:3", [["kill"]]],
    ["none where no places are wanted", " --faults api --crash-points none", []],
  ])("strike with families %s", async (_, more, families) => {
    const { strikes } = await plan(`--engine reference --profile egress-snat${more}`);
    expect(strikes.map((strike) => strike.families)).toEqual(families);
  });

  it("judge a mutant that needs faults against an attempt without", async () => {
    const { selection } = await plan("--engine reference --power");
    for (const { name, needs } of mutants) {
      const attempt = selection.attempts.find(({ mutant }) => mutant?.name === name);
      const role = needs?.kind === "upgrade" ? "fresh" : "index";
      expect(attempt?.draft.id).toBe(needs === undefined ? `power.${name}` : `power.${name}.${role}`);
      expect(attempt?.role).toBe(needs === undefined ? undefined : role);
      expect(attempt?.leadsTo === undefined).toBe(needs === undefined);
    }
  });
});

async function runOf(verdicts: Readonly<Record<string, Verdict>>) {
  const folder = await mkdtempDisposable(join(tmpdir(), "leakproof-only-failed-"));
  const { selection } = await plan("--engine reference --scenario egress-service-*");
  const attempts = selection.attempts.map(({ draft, ...rest }) =>
    describePlanned(plannedInput({ ...rest, plan: { ...draft, engineDigest: "" } })),
  );
  const store = await openReport({
    directory: folder.path,
    manifest: { ...manifest, attempts },
    secrets: () => [],
  });
  for (const { draft } of selection.attempts) {
    const verdict = verdicts[draft.scenario];
    if (verdict)
      await store.append({ ...resultOf("kv.moves", verdict), plan: { ...draft, engineDigest: "" } });
  }
  return { folder, selection, store };
}

describe("--only-failed", () => {
  const line = (directory: string) =>
    `--engine reference --scenario egress-service-* --only-failed ${directory}`;

  it("runs again what did not pass, with the same plans, and nothing beside", async () => {
    const { folder, selection } = await runOf({
      "egress-service-deleted": failed,
      "egress-service-deleted-while-down": { kind: "pass" },
    });
    await using _ = folder;
    const again = await plan(line(folder.path));
    expect(again.problems).toEqual([]);
    expect(again.strikes).toEqual([]);
    expect(again.selection.attempts.map(({ draft }) => draft)).toEqual(
      selection.attempts
        .filter(({ scenario }) => scenario.name === "egress-service-deleted")
        .map(({ draft }) => draft),
    );
  });

  it("takes plans with faults as they lie there, with what they are judged against", async () => {
    const { folder, selection, store } = await runOf({
      "egress-service-deleted": { kind: "pass" },
      "egress-service-deleted-while-down": { kind: "pass" },
    });
    await using _ = folder;
    const [base] = selection.attempts;
    if (base === undefined) throw new Error("there is one");
    const { draft } = base;
    const point = {
      ...draft,
      id: `${draft.id}.crash-001`,
      world: draft.id,
      engineDigest: "",
      faults: [
        {
          action: { kind: "kill", scope: "tree" },
          step: "created",
          node: 0,
          trigger: { at: "step-begin" },
          heal: "same-step",
        },
      ],
    } as const;
    const planned = {
      plan: point,
      level: "extended",
      role: "crash-point",
      engine: "reference/default",
    } as const;
    await store.extend(draft.id, [planned]);
    await expect(plan(line(folder.path))).resolves.toMatchObject({ problems: [{ code: "args/bad-run" }] });
    await store.append({ ...resultOf("kv.moves", failed), plan: point, recording: recordingOf(point) });
    const { selection: again } = await plan(line(folder.path));
    const { engineDigest: __, ...expected } = point;
    expect(again.attempts).toMatchObject([
      { draft: expected, role: "crash-point", reference: join(folder.path, "attempts", `${draft.id}.index`) },
    ]);
  });

  it("has nothing to do where everything passed, and says so; a directory of no run is told", async () => {
    const { folder } = await runOf({
      "egress-service-deleted": { kind: "pass" },
      "egress-service-deleted-while-down": { kind: "pass" },
    });
    await using _ = folder;
    await expect(plan(line(folder.path))).resolves.toMatchObject({
      problems: [{ code: "args/nothing-to-run" }],
    });
    await expect(plan(line("/nonexistent"))).resolves.toMatchObject({ problems: [{ code: "args/bad-run" }] });
  });
});

it("a run in the user's cluster is not gone on with on another image", () => {
  const [engine] = manifest.engines;
  if (engine === undefined) throw new Error("the fixture has one");
  const digest = "a".repeat(64);
  const program = { sha256: digest, source: "cluster" as const };
  const before = { ...manifest, engines: [{ ...engine, program }] };
  const told = (now: string) =>
    foundProblems(before, { [engine.label]: { digest: now } }).map(({ code }) => code);
  expect(told(digest)).toEqual([]);
  expect(told("b".repeat(64))).toEqual(["args/run-differs"]);
});

describe("--resume", () => {
  const digest = "a".repeat(64);
  const digests = new Map([["reference/default", digest]]);

  async function begun(line: string): Promise<RunManifest> {
    const { selection } = await plan(line);
    const { profile, picks, attempts } = selection;
    if (profile === undefined) throw new Error("there is one");
    return buildManifest({
      run: { ...manifest.run, suiteVersion: "1.2.3" },
      profile,
      spec: "5".repeat(64),
      engines: picks.map(({ engine, selection: picked, argument }) => ({
        label: engineLabel(picked),
        argument,
        selection: picked,
        profile: engine.profile(picked),
        program: { sha256: digest, source: "project" },
      })),
      environment: { ...manifest.environment, kernel: release() },
      attempts: attempts.map(({ draft, ...rest }) =>
        plannedInput({ ...rest, plan: { ...draft, engineDigest: digest } }),
      ),
    });
  }

  const line = "--engine reference --scenario egress-service-* --crash-points all";
  const told = async (before: RunManifest, now = line, version = "1.2.3", known = digests) =>
    resumeProblems(before, await plan(now), known, version).map(({ message }) => message.split("\n")[0]);

  it("goes on with the same run, crash points that became known included", async () => {
    const before = await begun(line);
    const extra = {
      ...before.attempts[0],
      id: "x.crash-001",
      role: "crash-point",
    } as RunManifest["attempts"][number];
    expect(await told({ ...before, attempts: [extra, ...before.attempts] })).toEqual([]);
  });

  it.each<[string, (before: RunManifest) => Promise<readonly (string | undefined)[]>, string]>([
    [
      "another program",
      (before) => told(before, line, "1.2.3", new Map([["reference/default", "b".repeat(64)]])),
      "the program of reference/default",
    ],
    [
      "another version of the suite",
      (before) => told(before, line, "1.2.4"),
      "the version of this suite was 1.2.3, and is 1.2.4 now",
    ],
    [
      "another kernel",
      (before) => told({ ...before, environment: { ...before.environment, kernel: "2.4" } }),
      "the kernel was 2.4",
    ],
    [
      "another profile",
      (before) => told({ ...before, profile: { ...before.profile, digest: "c".repeat(64) } }),
      "the profile default",
    ],
    [
      "another seed",
      (before) => told({ ...before, attempts: before.attempts.map((one) => ({ ...one, seed: 1 })) }),
      "the attempt reference-default.egress-service-deleted was",
    ],
    [
      "an attempt more",
      (before) => told({ ...before, attempts: before.attempts.slice(1) }),
      "was not planned, and is planned now",
    ],
    [
      "an attempt less",
      (before) => told(before, "--engine reference --scenario egress-service-deleted"),
      "and is not planned now",
    ],
  ])("refuses %s", async (_, tell, text) => {
    const problems = await tell(await begun(line));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("[args/run-differs]");
    expect(problems[0]).toContain(text);
  });
});
