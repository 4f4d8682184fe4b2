import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInSandbox } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { Schedule } from "../../harness/model/schedule.ts";
import type { Trial, TrialEngine, TrialResult } from "./scripts.fixture.ts";

// kubectl is the one thing that is not real here: a shim of two verbs stands in for it, since the project does
// not bring one. API server, kernel, engine, strace and the script are what a maintainer has.
const program = fileURLToPath(new URL("scripts.fixture.ts", import.meta.url));
const main = fileURLToPath(new URL("../../engines/reference/main.ts", import.meta.url));

function reference(mutant?: string): TrialEngine {
  const option = mutant === undefined ? [] : ["--engine-option", `mutant=${mutant}`];
  return { arguments: ["reference", ...option], program: main };
}

/** A pod moves, or the service is deleted, while the engine is dead since that write of its creation. */
function killedAt(pick: number, change: "move" | "delete"): Schedule {
  const fault = {
    action: { kind: "kill", scope: "tree" },
    trigger: { at: "recorded-write", pick },
    heal: "next-step",
  } as const;
  const created = { operations: [{ op: "create", object: 0 } as const], fault };
  return { feature: "egress", steps: [created, { operations: [{ op: change, object: 0 }] }] };
}

const moved: Schedule = {
  feature: "egress",
  steps: [{ operations: [{ op: "create", object: 0 }] }, { operations: [{ op: "move", object: 0 }] }],
};

async function tryOut(trial: Trial): Promise<TrialResult> {
  const [result] = await runInSandbox<readonly TrialResult[]>({
    program,
    input: [trial],
    timeoutMs: 580_000,
  });
  if (!result) throw new Error("no answer");
  return result;
}

test("a script shows what an engine leaves behind, and clears one that leaves nothing", async () => {
  const engine = reference("teardown-uses-new-endpoint");
  const result = await tryOut({ engine, schedules: [moved], scriptOn: [engine, reference()] });
  const [broken, sound] = result.runs;
  expect(broken, broken?.output).toMatchObject({ exitCode: 1 });
  expect(broken?.output).toContain(`LEAKED: ${result.finding}`);
  expect(sound, sound?.output).toMatchObject({ exitCode: 0 });
}, 600_000);

test("a script kills the engine at the write, by strace alone", async () => {
  const engine = reference("no-sweep-on-start");
  const schedules = [0, 1].map((pick) => killedAt(pick, "delete"));
  const result = await tryOut({ engine, schedules, scriptOn: [engine, reference()] });
  const [broken, sound] = result.runs;
  expect(broken, `${result.verdicts.join("\n")}\n${broken?.output}`).toMatchObject({ exitCode: 1 });
  expect(broken?.output).toContain("struck after: ");
  expect(broken?.output).toContain(`LEAKED: ${result.finding}`);
  expect(sound, sound?.output).toMatchObject({ exitCode: 0 });
  expect(sound?.output).toContain("struck after: ");
}, 600_000);

const kubeVip = join(process.env["LEAKPROOF_ENGINES"] ?? "/nonexistent", "kube-vip-v0.8.5");

test.runIf(existsSync(kubeVip))(
  "a script shows the rule that kube-vip v0.8.5 leaves when it dies after its MARK rule",
  async () => {
    const engine = { arguments: ["kube-vip@v0.8.5"], program: kubeVip };
    const schedules = [killedAt(4, "move")];
    const { runs, finding, verdicts } = await tryOut({ engine, schedules, scriptOn: [engine] });
    expect(runs[0], `${verdicts.join("\n")}\n${runs[0]?.output}`).toMatchObject({ exitCode: 1 });
    expect(finding).toContain("-j MARK");
    expect(runs[0]?.output).toContain(`LEAKED: ${finding}`);
  },
  600_000,
);
