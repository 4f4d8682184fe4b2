import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HarnessProblems } from "../../harness/errors/problems.ts";
import { loadExternalEngine } from "./load.ts";

const directory = mkdtempSync(join(tmpdir(), "engine-file-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** The messages of all problems of a file of that name and content. */
async function problemsOf(name: string, content?: string): Promise<readonly string[]> {
  const path = join(directory, name);
  if (content !== undefined) writeFileSync(path, content);
  try {
    await loadExternalEngine(path);
    return [];
  } catch (error) {
    if (!(error instanceof HarnessProblems)) throw error;
    expect(error.problems.every(({ code }) => code === "args/bad-engine-file")).toBe(true);
    return error.problems.map(({ message }) => message.replace(`${directory}/`, ""));
  }
}

const callables = ["problems", "profile", "access", "launch", "render", "match"];

function moduleText(contract: number, functions: readonly string[]): string {
  const members = functions.map((name) => `${name}: () => []`).join(", ");
  return `export default { contract: ${contract}, name: "mine", title: "Mine", variants: ["default"],
    program: { kind: "user-binary" }, ${members} };`;
}

describe("loadExternalEngine", () => {
  test("loads a YAML file and a TypeScript module", async () => {
    const yaml = await loadExternalEngine(resolve(import.meta.dirname, "example-engine.yaml"));
    expect(yaml).toMatchObject({ contract: 1, name: "example-engine", program: { kind: "user-binary" } });
    writeFileSync(join(directory, "good.ts"), `const n: number = 1;\n${moduleText(1, callables)}\nvoid n;`);
    expect(await loadExternalEngine(join(directory, "good.ts"))).toMatchObject({ name: "mine" });
  });

  test("a path relative to the working directory is enough", async () => {
    expect((await loadExternalEngine("engines/external/example-engine.yaml")).name).toBe("example-engine");
  });

  test.each<[string, string | undefined, RegExp]>([
    ["missing.yaml", undefined, /missing\.yaml: cannot be read: ENOENT/],
    ["missing.ts", undefined, /missing\.ts: cannot be loaded: /],
    ["engine.json", "{}", /neither a \.yaml nor a \.ts file/],
    ["empty.yaml", "", /expected object/],
    ["broken.yaml", "a: [1\nb: 2", /is no YAML: .*line 2/s],
    ["twice.yaml", "name: a\nname: b", /is no YAML: .*unique/s],
    ["throws.ts", "throw new Error('no luck')", /cannot be loaded: no luck/],
    ["syntax.ts", "export default {", /cannot be loaded: /],
    ["no-default.ts", "export const engine = 1;", /default export: Invalid input: expected object/],
    ["future.ts", moduleText(2, callables), /default export\.contract: must be 1/],
  ])("%s is refused", async (name, content, message) => {
    const problems = await problemsOf(name, content);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join("\n")).toMatch(message);
  });

  test("a module tells all that it lacks at once", async () => {
    const problems = await problemsOf("lacks.ts", moduleText(1, ["problems", "launch"]));
    const missing = ["profile", "access", "render", "match"];
    expect(problems.map((text) => /default export\.(\w+): must be a function/.exec(text)?.[1])).toEqual(
      missing,
    );
  });
});
