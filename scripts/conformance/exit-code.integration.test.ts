import { join } from "node:path";
import { expect, test } from "vitest";
import { conformance, readReport, temporaryFolder } from "./command.fixture.ts";

const run = ["--engine", "reference", "--scenario", "egress-service-deleted", "--clusters", "1"];

test("the sound engine is conformant: 0", async () => {
  await using folder = await temporaryFolder();
  const sound = await conformance([...run, "--out", join(folder.path, "sound")]);
  expect(sound.code, sound.stderr).toBe(0);
  expect(await readReport(join(folder.path, "sound"))).toMatchObject({
    conformant: true,
    interrupted: false,
  });
});

test("a broken engine is not: 1, and its report names the oracle, the rule and the command that shows it again", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await conformance([
    ...run,
    "--engine-option",
    "mutant=foreign-rules-flushed",
    "--out",
    folder.path,
  ]);
  expect(code, stderr).toBe(1);
  const report = await readReport(folder.path);
  expect(report.conformant).toBe(false);
  expect(JSON.stringify(report.results)).toContain('"oracle":"bystander"');
  expect(stdout).toMatch(/bystander: .*\n\s+rule /);
  expect(stdout).toContain("--engine-option mutant=foreign-rules-flushed");
});
