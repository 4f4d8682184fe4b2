import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { conformance, runDirectory, temporaryFolder } from "../conformance/command.fixture.ts";
import { loadSpec } from "./spec.ts";
import { verifyRun } from "../../report/verify/verify.ts";

const part = ["--engine", "reference", "--scenario", "route-several-services", "--profile", "route-table"];

/** The checks that fail, by this suite as it is. */
async function failing(directory: string): Promise<readonly string[]> {
  const { results } = await verifyRun({ directory, spec: await loadSpec(), isPartial: true });
  return results.flatMap(({ name, state }) => (state === "failed" ? [name] : []));
}

test("a run that has just been made verifies, one of a broken engine too; a verdict that was turned does not", async () => {
  await using folder = await temporaryFolder();
  const [sound, broken] = [join(folder.path, "sound"), join(folder.path, "broken")];
  expect((await conformance([...part, "--clusters", "1", "--out", sound])).code).toBe(0);
  expect(await failing(await runDirectory(sound))).toEqual([]);
  const mutant = ["--engine-option", "mutant=sweeps-foreign-routes"];
  expect((await conformance([...part, ...mutant, "--clusters", "1", "--out", broken])).code).toBe(1);
  const directory = await runDirectory(broken);
  expect(await failing(directory)).toEqual([]);
  const verdict = join(directory, "attempts/reference-default.route-several-services/verdict.json");
  const entry = JSON.parse(await readFile(verdict, "utf8")) as object;
  await writeFile(verdict, JSON.stringify({ ...entry, verdict: { kind: "pass" } }));
  expect(await failing(directory)).toEqual(["verdicts", "results"]);
});
