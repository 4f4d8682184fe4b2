import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snapshotOf } from "./attempt-entry.ts";
import { buildManifest } from "./manifest.ts";
import { manifestSchema } from "./manifest-schema.ts";
import { engineProfile, finding, manifest, markRule, planOf, recordingOf } from "./report.fixture.ts";
import { quoteWord, replayCommand } from "./replay.ts";

describe("the manifest", () => {
  it("is of its schema and tells what the engine declares", () => {
    expect(manifestSchema.parse(manifest)).toEqual(manifest);
    expect(manifest.engines[0]).toMatchObject(engineProfile);
    expect(manifest.attempts[3]).toMatchObject({ id: "kv.v6", unsupported: "egress-ipv6" });
  });

  it("has a digest of the profile that changes with its content, not with the order of its fields", () => {
    const profile = {
      apiVersion: "leakproof.dev/v1",
      kind: "Profile",
      name: "p",
      version: "1",
      title: "P",
      limits: { convergenceMs: 1, apiOutageMs: 2, exitMs: 3 },
      scenarios: [],
      engines: [],
    } as const;
    const digest = (of: Parameters<typeof buildManifest>[0]["profile"]): string =>
      buildManifest({
        run: manifest.run,
        profile: of,
        spec: "5".repeat(64),
        engines: [],
        environment: manifest.environment,
        attempts: [],
      }).profile.digest;
    const { limits, ...rest } = profile;
    expect(digest({ limits: { exitMs: 3, apiOutageMs: 2, convergenceMs: 1 }, ...rest })).toBe(
      digest(profile),
    );
    expect(digest({ ...profile, limits: { ...limits, exitMs: 4 } })).not.toBe(digest(profile));
  });
});

describe("the replay command", () => {
  it("has all that the attempt depends on", () => {
    const [engine] = manifest.engines;
    if (engine === undefined) throw new Error("the fixture has an engine");
    const withOptions = { ...engine, options: { vip_cleanroutingtable: "true" } };
    expect(replayCommand(manifest, { engine: withOptions }, "egress-moves")).toBe(
      "npm run conformance -- --engine kube-vip@v0.8.4/rt --engine-binary '/opt/kube vip' " +
        "--engine-option vip_cleanroutingtable=true --profile egress-snat --scenario egress-moves --seed 7",
    );
  });

  it("comes through a shell unchanged, whatever words it has", () => {
    const word = fc.string({ unit: "grapheme-ascii" });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const script = `for word in ${words.map(quoteWord).join(" ")}; do printf '%s\\0' "$word"; done`;
        expect(execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(
          words,
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe("the snapshot that shows a finding", () => {
  const recording = recordingOf(planOf("kv.moves", "egress-moves"));

  it("is the one of its node and step that holds the item", () => {
    expect(snapshotOf(recording, finding)).toBe("bbb");
    expect(snapshotOf(recording, { ...finding, step: "created" })).toBe("aaa");
  });

  it("is the last that held an item which is lost, and none where nothing ever did", () => {
    const lost = { ...recording, snapshots: { ...recording.snapshots, bbb: [] } };
    expect(snapshotOf(lost, finding)).toBe("aaa");
    expect(snapshotOf(recording, { ...finding, item: { ...markRule, text: "never seen" } })).toBeUndefined();
    expect(snapshotOf(recording, { ...finding, node: "n3" })).toBeUndefined();
  });

  it("is that of the step where there is no item", () => {
    const { item: _, ...why } = finding;
    expect(snapshotOf(recording, why)).toBe("bbb");
    expect(snapshotOf(recording, { ...why, step: "never" })).toBeUndefined();
  });
});
