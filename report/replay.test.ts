import { describe, expect, it } from "vitest";
import type { ManifestEngine } from "./manifest-schema.ts";
import { programOptions, replayCommand } from "./replay.ts";
import { manifest } from "./report.fixture.ts";

const [found] = manifest.engines;
if (found === undefined) throw new Error("the fixture has an engine");
const engine: ManifestEngine = found;
const sha256 = "e".repeat(64);

describe("what runs an attempt again", () => {
  it("gives one program as it is", () => {
    expect(programOptions({ engine })).toEqual([["--engine-binary", "/opt/kube vip"]]);
    expect(replayCommand(manifest, { engine }, "x")).toContain("--engine-binary '/opt/kube vip' ");
  });

  it("says of several versions which program is whose", () => {
    const from = [{ version: "v0.8.3", sha256, path: "/opt/old" }];
    expect(programOptions({ engine: { ...engine, from } })).toEqual([
      ["--engine-binary", `${engine.name}@v0.8.3=/opt/old`],
      ["--engine-binary", `${engine.name}@${engine.version}=/opt/kube vip`],
    ]);
  });

  it("has the engine beside it, each with its own program", () => {
    const beside = {
      label: "kube-router@v2.2.1/service-proxy",
      argument: "kube-router@v2.2.1/service-proxy",
      name: "kube-router",
      version: "v2.2.1",
      program: { sha256, source: "engine-binary" as const, path: "/opt/router" },
    };
    expect(replayCommand(manifest, { engine, beside }, "x")).toContain(
      `--beside ${beside.argument} --engine-binary '${engine.name}@${engine.version}=/opt/kube vip' --engine-binary kube-router@v2.2.1=/opt/router `,
    );
  });

  it("says of images that they are some", () => {
    const image = { path: "ghcr.io/x/y:v1", imageDigest: `sha256:${sha256}` };
    const from = [{ version: "v0.8.3", sha256, ...image }];
    expect(programOptions({ engine: { ...engine, from } })[0]).toEqual([
      "--engine-image",
      `${engine.name}@v0.8.3=ghcr.io/x/y:v1`,
    ]);
    const program = { ...engine.program, source: "engine-image" as const, ...image };
    expect(replayCommand(manifest, { engine: { ...engine, program } }, "x")).toContain(
      `--engine ${engine.argument} --engine-image ghcr.io/x/y:v1 `,
    );
  });

  it("gives none that ran in the user's cluster, but the way there", () => {
    const program = { ...engine.program, source: "cluster" as const, path: "registry.k8s.io/kube-proxy:v1" };
    const way = ["--provider", "existing", "--kubeconfig=k.yaml", "--i-own-this-cluster"];
    const run = { ...manifest.run, commandLine: ["--engine", "x", ...way, "--seed", "7"] };
    expect(programOptions({ engine: { ...engine, program } })).toEqual([]);
    expect(replayCommand({ ...manifest, run }, { engine: { ...engine, program } }, "x")).toMatch(
      / --provider existing --kubeconfig=k.yaml --i-own-this-cluster$/,
    );
  });

  it("is run where it was", () => {
    const run = { ...manifest.run, commandLine: ["--provider", "kind", "--clusters", "2"] };
    expect(replayCommand({ ...manifest, run }, { engine }, "x")).toMatch(/ --provider kind$/);
  });

  it("gives none that comes with the project", () => {
    const { path: _, ...program } = engine.program;
    expect(programOptions({ engine: { ...engine, program } })).toEqual([]);
  });
});
