import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRecording, writeRecording } from "./recording-files.ts";
import { markRule, planOf, recordingOf } from "./report.fixture.ts";

const recording = recordingOf(planOf("kv.moves", "egress-moves"));
const same = (text: string): string => text;

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "leakproof-recording-"));
});
afterEach(async () => rm(directory, { recursive: true }));

describe("a recording on disk", () => {
  it("comes back as it was", async () => {
    await writeRecording(directory, recording, same);
    expect(await readRecording(directory)).toEqual(recording);
    const lines = (await readFile(join(directory, "recording.jsonl"), "utf8")).split("\n");
    expect(lines[0]).toBe('{"kind":"recording","schemaVersion":1}');
    expect(lines).toHaveLength(recording.events.length + 2);
    expect((await readdir(join(directory, "snapshots"))).toSorted()).toEqual([
      "aaa.json",
      "bbb.json",
      "ccc.json",
    ]);
  });

  it("comes back whatever texts the engine wrote, line ends included", async () => {
    const text = fc.string({ unit: "grapheme" });
    await fc.assert(
      fc.asyncProperty(text, text, async (log, rule) => {
        const odd = {
          ...recording,
          events: [
            ...recording.events,
            { kind: "engine", atMs: 1, node: "n1", state: "exited", logTail: log },
          ] as const,
          snapshots: { ...recording.snapshots, aaa: [{ ...markRule, text: rule }] },
        };
        await writeRecording(directory, odd, same);
        expect(await readRecording(directory)).toEqual(odd);
      }),
      { numRuns: 25 },
    );
  });

  it("compresses a large snapshot, and no small one", async () => {
    const large = {
      ...recording,
      snapshots: { ...recording.snapshots, bbb: Array.from({ length: 1_000 }, () => markRule) },
    };
    await writeRecording(directory, large, same);
    expect((await readdir(join(directory, "snapshots"))).toSorted()).toEqual([
      "aaa.json",
      "bbb.json.gz",
      "ccc.json",
    ]);
    expect(await readRecording(directory)).toEqual(large);
  });

  it("is cleaned in every file", async () => {
    await writeRecording(directory, recording, (text) => text.replaceAll("10.244.0.7", "CLEAN"));
    for (const name of await readdir(directory, { recursive: true })) {
      if (name !== "snapshots")
        expect(await readFile(join(directory, name), "utf8")).not.toContain("10.244.0.7");
    }
    expect(await readFile(join(directory, "snapshots/aaa.json"), "utf8")).toContain("CLEAN");
  });
});

describe("a broken recording is refused", () => {
  it.each<[string, () => Promise<void>, string]>([
    ["without a plan", () => rm(join(directory, "plan.json")), "ENOENT"],
    ["cut in a line", () => appendFile(join(directory, "recording.jsonl"), '{"kind":"en'), "JSON"],
    ["with a line that is no event", () => appendFile(join(directory, "recording.jsonl"), "{}\n"), "kind"],
    [
      "of another version",
      () => writeFile(join(directory, "recording.jsonl"), '{"kind":"recording","schemaVersion":2}\n'),
      "schemaVersion",
    ],
    [
      "without a header",
      () => writeFile(join(directory, "recording.jsonl"), '{"kind":"end","atMs":1}\n'),
      "schemaVersion",
    ],
    ["without a snapshot", () => rm(join(directory, "snapshots/bbb.json")), "snapshot bbb is missing"],
    [
      "with a foreign snapshot",
      () => writeFile(join(directory, "snapshots/bbb.json"), '[{"family":"x"}]'),
      "family",
    ],
    [
      "with a broken archive",
      () => writeFile(join(directory, "snapshots/ddd.json.gz"), "no archive at all"),
      "header",
    ],
  ])("%s", async (_what, damage, text) => {
    await writeRecording(directory, recording, same);
    await damage();
    await expect(readRecording(directory)).rejects.toMatchObject({
      code: "state/unreadable",
      message: expect.stringContaining(text) as string,
    });
  });

  it("with a digest that leads elsewhere", async () => {
    const evil = { ...recording, snapshots: { "../../x": [] } };
    await expect(writeRecording(directory, evil, same)).rejects.toMatchObject({ code: "run/internal" });
  });
});
