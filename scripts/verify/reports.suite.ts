import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { manifestSchema } from "../../report/manifest-schema.ts";
import { renderVerification } from "../../report/verify/render.ts";
import { type Verification, verifyRun } from "../../report/verify/verify.ts";
import { createForger } from "./forge.fixture.ts";
import { loadSpec } from "./spec.ts";
import { attemptTamperings } from "./tamper-attempt.fixture.ts";
import { runTamperings } from "./tamper-run.fixture.ts";

// Reports that somebody made by docs/certify.md, verified whole and tampered with. Which ones is told by
//     LEAKPROOF_REPORTS=out/RUN-1:out/RUN-2 node_modules/.bin/vitest run --project suites scripts/verify/reports.suite.ts

const directories = (process.env["LEAKPROOF_REPORTS"] ?? "").split(":").filter((path) => path !== "");

/** What can be done to any report. The others need the reference engine's routes or a pass. */
const ofAnyReport: readonly string[] = [
  "a field that no version knows",
  "a manifest with a comment in it",
  "a slower engine in the report",
  "another kernel in the report",
  "a tool without a version",
  "a run of another version of the suite",
  "another version of the profile",
  "an attempt of Core that was taken out",
  "a seed that was chosen",
  "a plan with a limit of its own",
  "another program in the report",
  "an attempt without its directory",
  "an engine's log with a line more",
  "a snapshot that no event names",
  "events in another order",
  "a report that was edited by hand",
  "a reason that nothing leads to",
  "a waiver that is used by nothing",
  "a statement about another report",
  "a token in an engine's log",
];
const tamperings = [...runTamperings, ...attemptTamperings].filter(({ what }) => ofAnyReport.includes(what));

const verify = async (directory: string): Promise<Verification> =>
  verifyRun({ directory, spec: await loadSpec(), isPartial: false });

const failed = ({ results }: Verification): readonly string[] =>
  results.filter(({ state }) => state === "failed").map(({ name }) => name);

if (directories.length === 0)
  console.log(
    "No report is tampered with: name directories of runs in LEAKPROOF_REPORTS, with : in between.",
  );

// Reports are what a user names; without any the reason is printed above, and nothing is said of them.
describe.skipIf(directories.length === 0).each(directories.length === 0 ? [""] : directories)(
  "%s",
  (directory) => {
    it("verifies", async () => {
      const verification = await verify(directory);
      expect(failed(verification), renderVerification(verification)).toEqual([]);
    });

    it("is tried by everything on the list", () => {
      expect(tamperings.map(({ what }) => what).toSorted()).toEqual(ofAnyReport.toSorted());
    });

    it.each(tamperings)("does not verify with $what: $check", async ({ check, tamper }) => {
      const folder = await mkdtemp(join(tmpdir(), "leakproof-reports-"));
      try {
        const copy = join(folder, basename(directory));
        await cp(directory, copy, { recursive: true });
        const manifest = manifestSchema.parse(parse(await readFile(join(copy, "manifest.yaml"), "utf8")));
        await tamper(createForger({ directory: copy, manifest }));
        expect(failed(await verify(copy))).toContain(check);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  },
);
