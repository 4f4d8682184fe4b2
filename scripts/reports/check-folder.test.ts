import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, it } from "vitest";
import type { Spec } from "../../report/verify/spec.ts";
import { createForger } from "../verify/forge.fixture.ts";
import { specOfFixture, type UnpackedRun, unpackRun } from "../verify/run.fixture.ts";
import { folderProblems } from "./check-folder.ts";
import { foldersOf } from "./new-folders.ts";

const patientMs = 60_000;
await using fixture = await unpackRun();
const { version } = fixture.manifest.profile;
const good = `route-table-${version}/acme-reference/v1.0.0`;
const readme =
  "# Acme reference\n\n## Reproduce\n\n```\nnpm run conformance -- --engine reference --profile route-table --seed 7\n```\n";

let run: UnpackedRun;
let spec: Spec;
beforeAll(async () => {
  spec = await specOfFixture(fixture.manifest);
});
beforeEach(async () => {
  run = await unpackRun();
  return () => run[Symbol.asyncDispose]();
});

/** The fixture's run, handed in as that folder. */
async function handIn(folder: string, text: string | undefined = readme): Promise<readonly string[]> {
  const reports = join(run.directory, "reports");
  await mkdir(join(reports, folder), { recursive: true });
  for (const name of ["manifest.yaml", "conformance-report.yaml", "attempts"])
    await cp(join(run.directory, name), join(reports, folder, name), { recursive: true });
  if (text !== "") await writeFile(join(reports, folder, "README.md"), text);
  return folderProblems(reports, folder, spec);
}

it(
  "takes a folder that is as it should be",
  async () => {
    expect(await handIn(good)).toEqual([]);
  },
  patientMs,
);

it.each([
  ["another profile", `egress-snat-${version}/acme-reference/v1.0.0`, readme, /lies under egress-snat-/],
  ["another engine", `route-table-${version}/acme-router/v1.0.0`, readme, /must be VENDOR-reference/],
  ["no vendor", `route-table-${version}/reference/v1.0.0`, readme, /must be VENDOR-reference/],
  ["a branch for a version", `route-table-${version}/acme-reference/main`, readme, /is no PROFILE-VERSION/],
  ["no README", good, "", /README\.md is missing/],
  ["no command in it", good, "# Acme\n\n## Reproduce\n\nAs usual.\n", /no section "Reproduce"/],
  ["the template", good, `${readme}\nVENDOR`, /still has VENDOR/],
])(
  "refuses %s",
  async (_what, folder, text, problem) => {
    const problems = await handIn(folder, text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  },
  patientMs,
);

it(
  "refuses what does not verify",
  async () => {
    await createForger(run).text("manifest.yaml", (text) => `# edited\n${text}`);
    expect(await handIn(good)).toEqual([expect.stringContaining("FAILED  manifest")]);
  },
  patientMs,
);

it("finds the folders of a change", () => {
  expect(
    foldersOf([
      `reports/${good}/README.md`,
      `reports/${good}/attempts/a/plan.json`,
      "reports/README.md",
      "README.md",
      "",
    ]),
  ).toEqual([good]);
});
