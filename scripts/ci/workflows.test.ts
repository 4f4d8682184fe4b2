import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { inputForms } from "../action/inputs.ts";
import { commands } from "../setup/commands.js";

const root = join(import.meta.dirname, "../..");

const stepSchema = z.object({
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
type Step = z.infer<typeof stepSchema>;
const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.object({ "timeout-minutes": z.int(), steps: z.array(stepSchema) })),
});
const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string().min(9) })),
  outputs: z.record(z.string(), z.object({ value: z.string() })),
  runs: z.object({ using: z.literal("composite"), steps: z.array(stepSchema) }),
});
const npmScripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).scripts;

function isProgram(path: string): boolean {
  try {
    accessSync(join(root, path), constants.X_OK);
    return true;
  } catch {
    // Not there, or nothing that can be run.
    return false;
  }
}

/** What is wrong with a step: all that a workflow does must be a line that a person can type here. */
function stepProblems({ run, uses, name = "a step" }: Step): readonly string[] {
  if (run === undefined) {
    const isPinned = uses === "./" || /^[^@]+@[0-9a-f]{40}$/.test(uses ?? "");
    return isPinned ? [] : [`${name}: ${uses} is not pinned by a commit`];
  }
  const [program = "", word = "", npmScript = ""] = run.trim().split(/\s+/);
  const isScript = program === "npm" ? word === "run" && npmScript in npmScripts : isProgram(program);
  return [
    ...(run.trim().includes("\n") ? [`${name}: more than one line`] : []),
    ...(/[;|&`]|\$\(/.test(run) ? [`${name}: a program of the shell, where a script belongs`] : []),
    ...(run.includes("${{") ? [`${name}: an expression in a command; hand it over in env`] : []),
    ...(isScript ? [] : [`${name}: \`${run.trim()}\` is no script of this project`]),
  ];
}

const folder = join(root, ".github/workflows");
const read = (path: string): unknown => parse(readFileSync(path, "utf8"));
const workflows = readdirSync(folder).map((file) => {
  return { file, workflow: workflowSchema.parse(read(join(folder, file))) };
});
const action = actionSchema.parse(read(join(root, "action.yml")));
const all = [
  ...workflows.map(({ file, workflow }) => {
    return { file, steps: Object.values(workflow.jobs).flatMap(({ steps }) => steps) };
  }),
  { file: "action.yml", steps: action.runs.steps },
];

describe("the steps of workflows and of the action", () => {
  it.each(all)(
    "$file: each is a pinned action, or one line that is a script of this project",
    ({ steps }) => {
      expect(steps.some(({ run }) => run !== undefined)).toBe(true);
      expect(steps.flatMap(stepProblems)).toEqual([]);
    },
  );

  it.each(all)("$file: what a run left is kept, whatever came of it", ({ steps }) => {
    const uploads = steps.filter(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    expect(uploads.map((step) => step.if)).toEqual(uploads.map(() => expect.stringContaining("always()")));
  });

  it("writes the version beside each commit", () => {
    for (const file of ["action.yml", ".github/workflows/ci.yaml", ".github/workflows/nightly.yaml"]) {
      const lines = readFileSync(join(root, file), "utf8").split("\n");
      const pinned = lines.filter((line) => /uses: [^.]/.test(line));
      expect(pinned.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    }
  });

  it.each<[string, Step]>([
    ["two lines", { run: "npm run check\nnpm run doctor" }],
    ["a pipe", { run: "npm run check | tee log" }],
    ["an expression", { run: "npm run nightly -- run ${{ matrix.job }}" }],
    ["a script that is not there", { run: "npm run nightlies" }],
    ["a file that is not there", { run: "scripts/nightly.sh" }],
    ["a file that cannot be run", { run: "package.json" }],
    ["a program of the machine", { run: "curl https://example.org" }],
    ["a tag", { uses: "actions/checkout@v7" }],
    ["a branch", { uses: "actions/checkout@main" }],
  ])("refuses %s", (_, step) => {
    expect(stepProblems(step)).not.toEqual([]);
  });
});

describe("workflows", () => {
  it.each(workflows)("$file reads, and no more, unless a job says so", ({ workflow }) => {
    expect(workflow.permissions).toEqual({ contents: "read" });
  });

  it("calls commands of the entry", () => {
    for (const [name, line] of Object.entries(npmScripts)) {
      const [, command] = /^node bin\/leakproof\.js (\S+)$/.exec(line) ?? [];
      if (command !== undefined) expect([name, command in commands]).toEqual([command, true]);
    }
  });
});

describe("action.yml", () => {
  const { inputs, outputs, runs } = action;
  const run = runs.steps.find((step) => step.run === "npm run action");

  it("hands over every input that becomes an option, and knows no other", () => {
    const handed = Object.keys(inputs)
      .filter((name) => name !== "artifact")
      .map((name) => [`INPUT_${name.replaceAll("-", "_").toUpperCase()}`, `\${{ inputs.${name} }}`]);
    expect(run?.env).toEqual(Object.fromEntries(handed));
    expect(Object.keys(run?.env ?? {}).toSorted()).toEqual(Object.keys(inputForms).toSorted());
  });

  it("gives every output that the run sets", () => {
    const values = Object.entries(outputs).map(([name, { value }]) => [name, value]);
    expect(values).toEqual(
      ["verdict", "exit-code", "report", "directory"].map((name) => [
        name,
        `\${{ steps.run.outputs.${name} }}`,
      ]),
    );
  });
});
