import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checks } from "../../report/verify/checks.ts";
import { renderVerification } from "../../report/verify/render.ts";
import type { Spec } from "../../report/verify/spec.ts";
import { verifyRun } from "../../report/verify/verify.ts";
import { createForger } from "./forge.fixture.ts";
import { packRun } from "./pack-run.fixture.ts";
import { specOfFixture, type UnpackedRun, unpackRun } from "./run.fixture.ts";
import { attemptTamperings } from "./tamper-attempt.fixture.ts";
import { figureTamperings } from "./tamper-figures.fixture.ts";
import { runTamperings } from "./tamper-run.fixture.ts";

const tamperings = [...runTamperings, ...attemptTamperings, ...figureTamperings];

let run: UnpackedRun;
let spec: Spec;

beforeAll(async () => {
  await using once = await unpackRun();
  spec = await specOfFixture(once.manifest);
});
beforeEach(async () => {
  run = await unpackRun();
  return () => run[Symbol.asyncDispose]();
});

/** Verifying takes a second, and more where others keep the machine busy. */
const patientMs = 60_000;

const verify = (isPartial = false) => verifyRun({ directory: run.directory, spec, isPartial });

describe("a run as it was left", () => {
  it(
    "passes every check",
    async () => {
      const { results } = await verify();
      expect(results.filter(({ state }) => state !== "ok")).toEqual([]);
      expect(results.map(({ name }) => name)).toEqual(Object.keys(checks));
    },
    patientMs,
  );

  it(
    "passes when it was sealed anew: a forger who changes nothing leaves no trace",
    async () => {
      await createForger(run).seal();
      expect((await verify()).results.filter(({ state }) => state !== "ok")).toEqual([]);
    },
    patientMs,
  );
});

describe("a run that was tampered with", () => {
  it.each(tamperings)(
    "$check alone sees $what",
    async ({ check, tamper }) => {
      await tamper(createForger(run));
      const verification = await verify();
      const failed = verification.results.filter(({ state }) => state === "failed");
      expect(
        failed.map(({ name }) => name),
        renderVerification(verification),
      ).toEqual([check]);
      expect(failed[0]?.fix).toMatch(/\w{3}.*\./);
    },
    patientMs,
  );

  it("is tried for every check", () => {
    const tried = new Set<string>(tamperings.map(({ check }) => check));
    expect(Object.keys(checks).filter((name) => !tried.has(name))).toEqual([]);
  });
});

it(
  "can be packed again",
  async () => {
    const file = join(run.directory, "packed");
    await packRun(run.directory, file, 1);
    await using again = await unpackRun(file);
    const text = (of: UnpackedRun) => readFile(join(of.directory, "conformance-report.yaml"), "utf8");
    expect(await text(again)).toBe(await text(run));
  },
  patientMs,
);
