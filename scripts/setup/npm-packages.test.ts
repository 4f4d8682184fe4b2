import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isInstalled, isNewEnough } from "./npm-packages.js";

const one = { version: "1.0.0", integrity: "sha512-one" };
const other = { version: "2.0.0", integrity: "sha512-other", optional: true, os: ["win32"], cpu: ["x64"] };
const native = { ...other, os: [process.platform], cpu: [process.arch] };

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "leakproof-npm-"));
  await mkdir(join(root, "node_modules"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(wanted: object, present?: object): Promise<void> {
  await writeFile(join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...wanted } }));
  if (present === undefined) return;
  await writeFile(join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages: present }));
}

test("installed is what npm's own record says, optional packages of other platforms left out", async () => {
  await write({ "node_modules/one": one, "node_modules/other": other }, { "node_modules/one": one });
  expect(isInstalled(root)).toBe(true);
});

test.for([
  ["no record, as after a killed npm ci", undefined],
  ["a package is missing", {}],
  ["another version", { "node_modules/one": { ...one, version: "1.0.1" } }],
  ["another content", { "node_modules/one": { ...one, integrity: "sha512-two" } }],
] as const)("not installed: %s", async ([, present]) => {
  await write({ "node_modules/one": one }, present);
  expect(isInstalled(root)).toBe(false);
});

// npm on an old Node leaves out native code that needs a newer one.
test("not installed: an optional package of this very platform is missing", async () => {
  await write({ "node_modules/one": one, "node_modules/native": native }, { "node_modules/one": one });
  expect(isInstalled(root)).toBe(false);
});

test("no lock file is an error", () => {
  expect(() => isInstalled(root)).toThrow(/setup\/npm-failed.*package-lock.json cannot be read/);
});

test("Node 24.12 is the oldest", () => {
  expect(["v18.20.4", "v22.22.0", "v24.11.9", "v24.12.0", "v24.21.0", "v26.0.0"].map(isNewEnough)).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
});
