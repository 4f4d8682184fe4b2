import { describe, expect, it } from "vitest";
import type { ManifestEngine } from "./manifest-schema.ts";
import { binariesOf, replayCommand } from "./replay.ts";
import { manifest } from "./report.fixture.ts";

const [found] = manifest.engines;
if (found === undefined) throw new Error("the fixture has an engine");
const engine: ManifestEngine = found;
const sha256 = "e".repeat(64);

describe("what runs an attempt again", () => {
  it("gives one program as it is", () => {
    expect(binariesOf(engine)).toEqual(["/opt/kube vip"]);
    expect(replayCommand(manifest, engine, "x")).toContain("--engine-binary '/opt/kube vip' ");
  });

  it("says of several versions which program is whose", () => {
    const from = [{ version: "v0.8.3", sha256, path: "/opt/old" }];
    expect(binariesOf({ ...engine, from })).toEqual([
      `${engine.name}@v0.8.3=/opt/old`,
      `${engine.name}@${engine.version}=/opt/kube vip`,
    ]);
  });

  it("gives none that comes with the project", () => {
    const { path: _, ...program } = engine.program;
    expect(binariesOf({ ...engine, program })).toEqual([]);
  });
});
