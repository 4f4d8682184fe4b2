import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asCalled } from "../../harness/errors/as-called.ts";
import { commandsOf } from "../setup/commands.js";
import { unpackRun } from "../verify/run.fixture.ts";
import { type Ended, type Installed, installPackage, root, run } from "./installed.fixture.ts";

let installed: Installed;
let project = "";

const leakproof = (...args: readonly string[]): Promise<Ended> => installed.leakproof(...args);

/** The same by the sources of the checkout. */
const byCheckout = (name: string, ...args: readonly string[]): Promise<Ended> =>
  run([process.execPath, join(root, "scripts", `${name}.ts`), ...args], project);

beforeAll(async () => {
  installed = await installPackage();
  ({ project } = installed);
});

afterAll(() => installed[Symbol.asyncDispose]());

test("npx finds it, and what is not in it is told", async () => {
  const { code, stdout } = await run(["npx", "--no-install", "leakproof", "--help"], project);
  expect(code).toBe(0);
  expect(stdout).toContain("Usage: npx leakproof COMMAND [options]");
  for (const words of [[], ["docter"], ["check"]]) {
    const ended = await leakproof(...words);
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toMatch(/^\[args\/unknown-option\] [^]*\n {2}conformance /);
  }
});

test("every command tells how it is called", async () => {
  for (const name of Object.keys(commandsOf(false))) {
    const { code, stdout, stderr } = await leakproof(name, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: npx leakproof ${name}`));
  }
});

test("it has no tests, no fixtures, no sources, and does not need what builds it", async () => {
  const files = await readdir(join(project, "node_modules/leakproof"), { recursive: true });
  expect(files.filter((name) => /\.(test|fixture|suite)\.|(?<!\.d)\.tsx?$/.test(name))).toEqual([]);
  for (const name of ["vite", "typescript", "vitest"])
    expect(existsSync(join(project, "node_modules", name))).toBe(false);
});

test("doctor finds what the checkout finds", async () => {
  const found = ({ code, stdout }: Ended) => ({
    code,
    // State and name: how much is free is another figure by then.
    lines: stdout.split("\n").map((line) => line.slice(0, 39)),
  });
  const one = await leakproof("doctor");
  expect(found(one)).toEqual(found(await byCheckout("doctor")));
  expect(one.stdout).not.toContain("npm run");
});

test("verify, compare and page come to what the checkout comes to", async () => {
  await using stored = await unpackRun();
  const { directory } = stored;
  for (const [name, ...args] of [
    ["verify", directory],
    ["compare", directory, directory],
  ] as const) {
    const [one, other] = [await leakproof(name, ...args), await byCheckout(name, ...args)];
    expect(one).toEqual({
      ...other,
      stdout: asCalled(other.stdout, true),
      stderr: asCalled(other.stderr, true),
    });
    expect(one.stdout).not.toBe("");
  }
  const page = join(directory, "report.html");
  expect(await leakproof("page", directory)).toMatchObject({ code: 0 });
  const built = await readFile(page, "utf8");
  expect(await byCheckout("page", directory)).toMatchObject({ code: 0 });
  expect(built).toBe(await readFile(page, "utf8"));
});

test("an engine of one's own in TypeScript, outside of node_modules", async () => {
  const source = `const claimed: readonly string[] = ["egress"];
const none = (): never[] => [];
export default {
  contract: 1, name: "mine", title: "Mine", variants: ["default"], program: { kind: "user-binary" },
  problems: none, profile: () => ({ features: claimed, keeps: none(), keepsObjects: none(), constants: none(),
    exit: { policy: "cleans" }, worstCaseMs: 1_000, settleMs: 100 }),
  access: none, launch: none, render: none, match: none,
};
`;
  await writeFile(join(project, "my-engine.ts"), source);
  const engine = ["--engine", "./my-engine.ts", "--engine-binary", "/bin/true", "--profile", "egress-snat"];
  const scenario = ["--scenario", "egress-service-deleted", "--seed", "7", "--list"];
  const { code, stdout, stderr } = await leakproof("conformance", ...engine, ...scenario);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: "mine-default.egress-service-deleted\n",
    stderr: "",
  });
});

test("the types of engines", async () => {
  const check = async (policy: string): Promise<Ended> => {
    const source = `import type { EngineProfile } from "leakproof/engine";
export const exit: EngineProfile["exit"] = { policy: "${policy}", except: [] };
`;
    await writeFile(join(project, "exit.ts"), source);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const words = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--ignoreConfig",
      "--types",
      "",
      "exit.ts",
    ];
    return await run([process.execPath, tsc, ...words], project);
  };
  expect(await check("cleans")).toMatchObject({ code: 0, stdout: "" });
  expect((await check("forgets")).stdout).toContain("TS2322");
});
