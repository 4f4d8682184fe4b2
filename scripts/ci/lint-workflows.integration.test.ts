import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLinter, lintFiles } from "./lint-workflows.ts";

const linter = await findLinter();

let folder = "";
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "leakproof-lint-")), ".github", "workflows");
  await mkdir(folder, { recursive: true });
});
afterAll(async () => rm(join(folder, "../.."), { recursive: true }));

const sound = `on: push
jobs:
  one:
    runs-on: ubuntu-latest
    outputs:
      name: \${{ steps.it.outputs.name }}
    steps:
      - id: it
        run: npm run check
`;

async function problemsOf(text: string): Promise<string> {
  if (linter.kind === "missing") throw new Error("there is no linter");
  const path = join(folder, "x.yaml");
  await writeFile(path, text);
  return lintFiles(linter, [path]);
}

if (linter.kind === "missing") {
  it(`the linter of workflows is not tried: ${linter.reason}`, () => {
    console.log(`workflows: the linter is not tried: ${linter.reason}`);
    expect(linter.reason).not.toBe("");
  });
} else {
  describe("the linter of workflows", () => {
    it("is silent about a sound one", async () => {
      expect(await problemsOf(sound)).toBe("");
    });

    it.each([
      ["an unknown key", sound.replace("runs-on", "run-on"), "run-on"],
      ["a step that is not there", sound.replace("steps.it.", "steps.that."), "that"],
      ["a runner that nobody has", sound.replace("ubuntu-latest", "ubuntu-lastest"), "ubuntu-lastest"],
      ["no YAML", `${sound}  - [`, "yaml"],
    ])("tells of %s", async (_, text, word) => {
      expect(await problemsOf(text)).toContain(word);
    });
  });
}
