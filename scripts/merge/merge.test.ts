import { cp, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { exitCodes } from "../../harness/errors/problems.ts";
import { partOf } from "../../harness/run/shard.ts";
import type { RunManifest } from "../../report/manifest-schema.ts";
import { parseReport } from "../../report/read-report.ts";
import { finishReport, writeManifest } from "../../report/store.ts";
import { verifyRun } from "../../report/verify/verify.ts";
import { runCompare } from "../compare/outside.ts";
import { specOfFixture, type UnpackedRun, unpackRun } from "../verify/run.fixture.ts";
import { joinProblems } from "./join.ts";
import { runMerge } from "./outside.ts";

/** Reading, copying and judging a run takes a second, and more where others keep the machine busy. */
const patientMs = 60_000;

let run: UnpackedRun;
beforeEach(async () => {
  run = await unpackRun();
  return () => run[Symbol.asyncDispose]();
});

const at = (name: string): string => join(run.directory, name);

/** A part of the fixture's run, as another machine would have left it. */
async function makePart(index: number, change = (manifest: RunManifest): RunManifest => manifest) {
  const { manifest } = run;
  const known = manifest.attempts.filter(({ role }) => role === undefined).map(({ id }) => id);
  const isOwn = partOf({ index, count: 2 }, known);
  const attempts = manifest.attempts.filter(({ id }) =>
    isOwn(id.replace(/\.(index|restarted|crash-\d+)$/, "")),
  );
  const directory = at(`part-${index}`);
  for (const { id } of attempts)
    await cp(at(`attempts/${id}`), join(directory, "attempts", id), { recursive: true });
  const commandLine = [...manifest.run.commandLine, "--shard", `${index}/2`, "--clusters=1"];
  const own = change({
    ...manifest,
    run: { ...manifest.run, id: basename(directory), commandLine },
    attempts,
  });
  await writeManifest(directory, own);
  await finishReport(directory, { interrupted: false });
  return directory;
}

describe("merge", () => {
  it(
    "makes the run that one machine would have made",
    async () => {
      const parts = [await makePart(2), await makePart(1)];
      expect(await runMerge([...parts, "--out", at("whole")])).toBe(exitCodes.conformant);
      const [before, after] = await Promise.all(
        [run.directory, at("whole")].map(async (directory) =>
          parseReport(await readFile(join(directory, "conformance-report.yaml"), "utf8")),
        ),
      );
      if (typeof before !== "object" || typeof after !== "object") throw new Error("a report is broken");
      expect(after.results).toEqual(before.results);
      expect(after.engines).toEqual(before.engines);
      const spec = await specOfFixture(run.manifest);
      const { results } = await verifyRun({ directory: at("whole"), spec, isPartial: false });
      expect(results.filter(({ state }) => state !== "ok")).toEqual([]);
      expect(await runCompare([run.directory, at("whole")])).toBe(exitCodes.conformant);
    },
    patientMs,
  );

  it(
    "leaves a part that verifies as a part, and not as a whole",
    async () => {
      const directory = await makePart(1);
      const spec = await specOfFixture(run.manifest);
      const failed = async (isPartial: boolean) =>
        (await verifyRun({ directory, spec, isPartial })).results
          .filter(({ state }) => state === "failed")
          .map(({ name }) => name);
      expect(await failed(true)).toEqual([]);
      expect(await failed(false)).toEqual(["core-complete"]);
    },
    patientMs,
  );

  it(
    "refuses parts of two runs, parts that are missing, and parts that are given twice",
    async () => {
      const [one, two] = [await makePart(1), await makePart(2)];
      await expect(runMerge([one, "--out", at("new")])).rejects.toThrow("of 2 parts, 2 is missing");
      await expect(runMerge([one, two, one, "--out", at("new")])).rejects.toThrow("given twice");
      await expect(runMerge([one, run.directory, "--out", at("new")])).rejects.toThrow("different numbers");
      await expect(runMerge([one, two])).rejects.toThrow("--out is missing");
      await expect(runMerge([one, two, "--out", one])).rejects.toThrow("cannot be made");
      await expect(runMerge([one, two, "--out", at("-x y")])).rejects.toThrow("no name for a run");
      await expect(runMerge([at("nowhere"), "--out", at("new")])).rejects.toMatchObject({
        code: "args/bad-run",
      });
    },
    patientMs,
  );

  it.each<[string, (manifest: RunManifest) => RunManifest]>([
    ["the seed", (manifest) => ({ ...manifest, run: { ...manifest.run, seed: 8 } })],
    [
      "the environment",
      (manifest) => ({ ...manifest, environment: { ...manifest.environment, kernel: "7" } }),
    ],
    [
      "the engines",
      (manifest) => ({ ...manifest, engines: manifest.engines.map((one) => ({ ...one, settleMs: 1 })) }),
    ],
  ])("refuses parts that differ in %s", (what, change) => {
    const parts = [run.manifest, change(run.manifest)].map((manifest) => ({ directory: "x", manifest }));
    expect(joinProblems(parts).map(({ message }) => message)).toEqual([expect.stringContaining(what)]);
  });

  it("takes processors and memory for no difference", () => {
    const { environment } = run.manifest;
    const other = { ...run.manifest, environment: { ...environment, cpus: 64, memoryBytes: 1 } };
    const messages = joinProblems([run.manifest, other].map((manifest) => ({ directory: "x", manifest })));
    expect(messages.map(({ message }) => message)).toEqual([expect.stringContaining("given twice")]);
  });
});

describe("compare", () => {
  it.each([[[]], [["a"]], [["a", "b", "c"]], [["a", "--x"]], [["/nowhere", "/nowhere"]]])(
    "refuses %j",
    async (argv) => {
      await expect(runCompare(argv)).rejects.toThrow(/Fix: /);
    },
  );
});
