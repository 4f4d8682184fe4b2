import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hostTools, packagesOf } from "../../harness/machine/host-tools.js";
import { isNewEnough } from "../setup/npm-packages.js";

const root = join(import.meta.dirname, "../..");
const text = await readFile(join(root, "Dockerfile"), "utf8");

/** The packages that a Dockerfile installs with apt-get. */
function aptPackages(dockerfile: string): readonly string[] {
  const joined = dockerfile.replaceAll(/\\\n/g, " ");
  const [, words = ""] = /apt-get install ([^&\n]*)/.exec(joined) ?? [];
  return words.split(/\s+/).filter((word) => word !== "" && !word.startsWith("-"));
}

const missingIn = (dockerfile: string): readonly string[] =>
  packagesOf(hostTools).filter((name) => !aptPackages(dockerfile).includes(name));

it("installs every package that holds a tool of the host", () => {
  expect(missingIn(text)).toEqual([]);
});

it("would miss one that was forgotten", () => {
  expect(missingIn(text.replace(/^ +strace \\\n/m, ""))).toEqual(["strace"]);
});

it("begins with a Node that the project runs on, and copies nothing that is ignored", async () => {
  const [, version = ""] = /^FROM node:(\d+)-/m.exec(text) ?? [];
  expect(isNewEnough(`v${version}.99.0`)).toBe(true);
  const ignored = (await readFile(join(root, ".dockerignore"), "utf8")).split("\n");
  expect(ignored).toEqual(expect.arrayContaining([".git", "node_modules", "out"]));
});
