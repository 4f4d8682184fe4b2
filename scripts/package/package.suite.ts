import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestScript } from "../../harness/run/program-file.ts";
import { readReport, runDirectory } from "../conformance/command.fixture.ts";
import { installPackage, root } from "./installed.fixture.ts";

test("a run of the package leaves its directory where it was started, and the same program as in the checkout was judged", async () => {
  await using installed = await installPackage();
  const { project, leakproof } = installed;
  const words = ["--engine", "reference", "--scenario", "egress-service-deleted", "--seed", "7"];
  const ran = await leakproof("conformance", ...words, "--clusters", "1");
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(ran.stdout).toContain("CONFORMANT");
  const report = await readReport(join(project, "out"));
  expect(report.results.map(({ verdict }) => verdict.kind)).toEqual(["pass"]);
  const verified = await leakproof("verify", await runDirectory(join(project, "out")), "--partial");
  expect(verified, verified.stdout).toMatchObject({ code: 0 });
  const plan = `out/${report.run.id}/attempts/reference-default.egress-service-deleted/plan.json`;
  const { engineDigest } = JSON.parse(await readFile(join(project, plan), "utf8")) as {
    engineDigest: string;
  };
  expect(engineDigest).toBe(await digestScript(join(root, "engines/reference/main.ts")));
});
