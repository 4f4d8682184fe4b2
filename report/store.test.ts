import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { assembleReport, readManifest } from "./assemble.ts";
import { readBaseline } from "./baseline.ts";
import { sha256 } from "./canonical.ts";
import { reportExitCode } from "./conformance.ts";
import { readRecording } from "./recording-files.ts";
import { readEarlierRun } from "./read-run.ts";
import { failed, finding, manifest, planOf, resultOf } from "./report.fixture.ts";
import { reportSchema } from "./schema.ts";
import { openReport } from "./store.ts";
import { writing } from "./write-file.ts";

let directory = "";
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "leakproof-report-")), "run");
});
afterEach(async () => rm(join(directory, ".."), { recursive: true }));

const secret = "opensesame0123456789";
const open = () => openReport({ directory, manifest, secrets: () => [secret] });
const read = (path: string): Promise<string> => readFile(join(directory, path), "utf8");
const endedAt = new Date("2026-09-01T11:00:00Z");

describe("openReport", () => {
  it("writes the manifest first", async () => {
    await open();
    expect((await readdir(directory)).toSorted()).toEqual(["attempts", "manifest.yaml"]);
    expect(await readManifest(directory)).toEqual(manifest);
  });

  it("refuses a manifest that nobody could read", async () => {
    const broken = { ...manifest, run: { ...manifest.run, seed: -1 } };
    await expect(openReport({ directory, manifest: broken, secrets: () => [] })).rejects.toMatchObject({
      code: "run/internal",
    });
  });
});

describe("append", () => {
  it("leaves the whole evidence of the attempt", async () => {
    const store = await open();
    const entry = await store.append(resultOf("kv.moves", failed));
    const files = (await readdir(join(directory, "attempts/kv.moves"))).toSorted();
    expect(files).toEqual([
      "SHA256SUMS",
      "engine-n1.log",
      "plan.json",
      "recording.jsonl",
      "snapshots",
      "verdict.json",
    ]);
    expect(entry.evidenceDigest).toBe(sha256(await read("attempts/kv.moves/SHA256SUMS")));
    expect(entry).toMatchObject({
      evidence: "attempts/kv.moves",
      verdict: { kind: "fail", findings: [{ ...finding, snapshot: "bbb" }] },
    });
    expect(JSON.parse(await read("attempts/kv.moves/verdict.json"))).toEqual(entry);
    expect(await readRecording(join(directory, "attempts/kv.moves"))).toEqual(
      resultOf("kv.moves", failed).recording,
    );
  });

  it("keeps the plan of an attempt that never began", async () => {
    const store = await open();
    const { recording: _, ...unsupported } = resultOf("kv.v6", {
      kind: "unsupported",
      feature: "egress-ipv6",
    });
    await store.append({ ...unsupported, engineLogs: {} });
    expect((await readdir(join(directory, "attempts/kv.v6"))).toSorted()).toEqual([
      "SHA256SUMS",
      "plan.json",
      "verdict.json",
    ]);
  });

  it("refuses what was not planned, and a second verdict", async () => {
    const store = await open();
    await expect(store.append(resultOf("kv.other", failed))).rejects.toMatchObject({ code: "run/internal" });
    await store.append(resultOf("kv.moves", failed));
    await expect(store.append(resultOf("kv.moves", { kind: "pass" }))).rejects.toMatchObject({
      code: "run/internal",
    });
    expect(JSON.parse(await read("attempts/kv.moves/verdict.json"))).toMatchObject({
      verdict: { kind: "fail" },
    });
  });

  it("keeps logs of odd nodes inside the directory", async () => {
    const store = await open();
    await store.append({ ...resultOf("kv.moves", { kind: "pass" }), engineLogs: { "../../n1": "x" } });
    expect(await readdir(join(directory, "attempts/kv.moves"))).toContain("engine-______n1.log");
  });
});

describe("extend", () => {
  const points = ["kv.moves.crash-001", "kv.moves.crash-002"].map((id) => ({
    plan: planOf(id, "egress-moves"),
    level: "extended" as const,
    role: "crash-point" as const,
    engine: "kube-vip@v0.8.4/rt",
  }));
  const idsIn = async () => (await readManifest(directory)).attempts.map(({ id }) => id);

  it("plans attempts behind the one that led to them, in whichever order they become known", async () => {
    const store = await open();
    await Promise.all([
      store.extend("kv.race", [{ ...points[0], plan: planOf("kv.race.x", "egress-race") } as never]),
      store.extend("kv.moves", points),
    ]);
    expect(await idsIn()).toEqual([
      "kv.moves",
      ...points.map(({ plan }) => plan.id),
      "kv.deleted",
      "kv.race",
      "kv.race.x",
      "kv.v6",
    ]);
    await store.append({
      ...resultOf("kv.moves", { kind: "pass" }),
      plan: planOf(points[0]?.plan.id ?? "", "egress-moves"),
    });
    const { results, engines } = await store.finish({ interrupted: false });
    expect(results.map(({ id, verdict }) => [id, verdict.kind]).slice(1, 3)).toEqual([
      ["kv.moves.crash-001", "pass"],
      ["kv.moves.crash-002", "not-exercised"],
    ]);
    expect(results[1]).toMatchObject({
      role: "crash-point",
      replay: "npm run replay -- attempts/kv.moves.crash-001/plan.json",
    });
    expect(engines[0]?.crashPoints).toMatchObject({ passed: 1, notExercised: 2 });
  });

  it("refuses what is planned already, or follows from nothing", async () => {
    const store = await open();
    await store.extend("kv.moves", points);
    await expect(store.extend("kv.moves", points)).rejects.toMatchObject({ code: "run/internal" });
    await expect(store.extend("kv.other", [])).rejects.toMatchObject({ code: "run/internal" });
  });
});

describe("a run that is gone on with", () => {
  it("keeps what was judged, and forgets what was not", async () => {
    const first = await open();
    await first.append(resultOf("kv.moves", failed));
    await first.append(resultOf("kv.deleted", { kind: "not-exercised", reason: "interrupted", detail: "x" }));
    await mkdir(join(directory, "attempts/kv.race.partial"));
    const { judged, manifest: before } = await readEarlierRun(directory);
    expect([...judged.keys()]).toEqual(["kv.moves"]);
    const again = await openReport({ directory, manifest: before, secrets: () => [], judged });
    expect(await readdir(join(directory, "attempts"))).toEqual(["kv.moves"]);
    await again.append(resultOf("kv.deleted", { kind: "pass" }));
    const { results } = await again.finish({ interrupted: false });
    expect(results.map(({ verdict }) => verdict.kind).slice(0, 2)).toEqual(["fail", "pass"]);
  });

  it("is none without a manifest, or with a verdict that is damaged", async () => {
    await expect(readEarlierRun(directory)).rejects.toMatchObject({ code: "args/bad-run" });
    const store = await open();
    await store.append(resultOf("kv.moves", failed));
    await writeFile(join(directory, "attempts/kv.moves/verdict.json"), "{");
    await expect(readEarlierRun(directory)).rejects.toThrow("attempts/kv.moves/verdict.json");
  });
});

describe("no credential reaches a file", () => {
  it("by the log, a finding, an error or an event", async () => {
    const store = await open();
    const leak = `Authorization: Bearer ${secret}`;
    const result = resultOf("kv.moves", { kind: "fail", findings: [{ ...finding, why: leak }] });
    const events = [
      ...(result.recording?.events ?? []),
      { kind: "engine", atMs: 1, node: "n1", state: "exited", logTail: leak },
    ] as const;
    const recording = result.recording && { ...result.recording, events };
    const entry = await store.append({
      ...result,
      ...(recording && { recording }),
      engineLogs: { n1: leak },
    });
    await store.append(
      resultOf("kv.deleted", { kind: "error", cause: { code: "run/internal", message: leak }, findings: [] }),
    );
    await store.finish({ interrupted: false });
    expect(JSON.stringify(entry)).not.toContain(secret);
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
    );
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) expect(text).not.toContain(secret);
    expect(texts.filter((text) => text.includes("redacted")).length).toBeGreaterThanOrEqual(6);
  });
});

describe("finish", () => {
  it("writes a report of the schema, and junit.xml", async () => {
    const store = await open();
    await store.append(resultOf("kv.moves", failed));
    await store.append(resultOf("kv.deleted", { kind: "pass" }));
    await store.append(resultOf("kv.race", { kind: "pass" }));
    const report = await store.finish({ interrupted: false });
    expect(reportSchema.parse(parse(await read("conformance-report.yaml")))).toEqual(report);
    expect(await read("junit.xml")).toContain('failures="1"');
    expect(report).toMatchObject({ conformant: false, interrupted: false, engines: [{ conformant: false }] });
    expect(report.results.map(({ id, verdict }) => `${id} ${verdict.kind}`)).toEqual([
      "kv.moves fail",
      "kv.deleted pass",
      "kv.race pass",
      "kv.v6 unsupported",
    ]);
    expect(reportExitCode(report)).toBe(1);
    expect((await readdir(directory)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("tells a partial report after an interruption", async () => {
    const store = await open();
    await store.append(resultOf("kv.deleted", { kind: "pass" }));
    const report = await store.finish({ interrupted: true });
    expect(report).toMatchObject({ conformant: "undetermined", interrupted: true });
    expect(report.results[0]?.verdict).toMatchObject({ kind: "not-exercised", reason: "interrupted" });
    expect(reportExitCode(report)).toBe(130);
  });

  it("forgives only findings that the baseline has", async () => {
    const store = await open();
    await store.append(resultOf("kv.moves", failed));
    for (const id of ["kv.deleted", "kv.race"]) await store.append(resultOf(id, { kind: "pass" }));
    await store.finish({ interrupted: false });
    const baseline = await readBaseline(join(directory, "conformance-report.yaml"));
    const report = await store.finish({ interrupted: false, baseline });
    expect(report).toMatchObject({ conformant: false, baseline: { known: 1, new: 0, gone: 0 } });
    expect(reportExitCode(report)).toBe(0);
    expect(reportSchema.parse(parse(await read("conformance-report.yaml")))).toEqual(report);
  });
});

describe("after a crash", () => {
  it("nothing that was judged is lost, and half an attempt is none", async () => {
    const store = await open();
    await store.append(resultOf("kv.moves", failed));
    await mkdir(join(directory, "attempts/kv.deleted.partial"));
    await writeFile(join(directory, "attempts/kv.deleted.partial/verdict.json"), '{"id"');
    const report = await assembleReport(directory, { endedAt, interrupted: false });
    expect(report.interrupted).toBe(true);
    expect(report.results.map(({ verdict }) => verdict.kind)).toEqual([
      "fail",
      "not-exercised",
      "not-exercised",
      "unsupported",
    ]);
    // The same attempt can be run again into the same directory.
    await store.append(resultOf("kv.deleted", { kind: "pass" }));
    expect((await readdir(join(directory, "attempts"))).toSorted()).toEqual(["kv.deleted", "kv.moves"]);
  });

  it("a damaged verdict is an error of its own attempt alone", async () => {
    const store = await open();
    for (const id of ["kv.moves", "kv.deleted", "kv.race"])
      await store.append(resultOf(id, { kind: "pass" }));
    await writeFile(join(directory, "attempts/kv.deleted/verdict.json"), "{");
    const report = await assembleReport(directory, { endedAt, interrupted: false });
    expect(report.results.map(({ verdict }) => verdict.kind)).toEqual([
      "pass",
      "error",
      "pass",
      "unsupported",
    ]);
    expect(report).toMatchObject({ conformant: "undetermined", interrupted: false });
    expect(reportExitCode(report)).toBe(2);
  });

  it("a directory without a manifest is refused", async () => {
    await expect(assembleReport(directory, { endedAt, interrupted: false })).rejects.toMatchObject({
      code: "run/internal",
    });
  });
});

it("says that the disk is full where it is", async () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  await expect(writing("x", () => Promise.reject(full))).rejects.toMatchObject({ code: "machine/disk-full" });
  const other = Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  await expect(writing("x", () => Promise.reject(other))).rejects.toMatchObject({ code: "run/internal" });
});
