import { describe, expect, it } from "vitest";
import { parseOptions } from "../../harness/run/options.ts";
import { actionCall } from "./inputs.ts";

const workspace = { GITHUB_WORKSPACE: "/w" };
const call = (inputs: Readonly<Record<string, string>>) => actionCall({ ...workspace, ...inputs });

describe("the inputs of the action", () => {
  it("become a command line that conformance takes", () => {
    const { argv, out } = call({
      INPUT_ENGINE: "kube-vip@v0.8.5/rt\n  kube-proxy/nftables\n",
      INPUT_ENGINE_BINARY: "kube-vip@v0.8.5=./bin/kube-vip",
      INPUT_ENGINE_OPTIONS: "vip_loglevel=5\nname=a b=c",
      INPUT_PROFILE: "service-rules",
      INPUT_SCENARIO: "service-*\n",
      INPUT_CRASH_POINTS: "sample:3",
      INPUT_SEED: "7",
      INPUT_CLUSTERS: "1",
      INPUT_BASELINE: "last/conformance-report.yaml",
      INPUT_OPTIONS: "--as-root\n--explore=10m",
    });
    expect(out).toBe("/w/leakproof-out");
    const { options, problems } = parseOptions(argv);
    expect(problems).toEqual([]);
    expect(options).toMatchObject({
      engines: [{ text: "kube-vip@v0.8.5/rt" }, { text: "kube-proxy/nftables" }],
      engineBinaries: [{ selector: { name: "kube-vip", version: "v0.8.5" }, path: "/w/bin/kube-vip" }],
      engineOptions: { vip_loglevel: "5", name: "a b=c" },
      profile: "service-rules",
      scenarios: ["service-*"],
      crashPoints: "sample:3",
      seed: 7,
      clusters: 1,
      baseline: "/w/last/conformance-report.yaml",
      asRoot: true,
      exploreMs: 600_000,
      out: "/w/leakproof-out",
    });
  });

  it("take paths from the workspace, absolute ones as they are", () => {
    const { argv } = call({
      INPUT_ENGINE: "./my engine.yaml@v1/a",
      INPUT_ENGINE_BINARY: "/opt/engine",
      INPUT_OUT: " out/here ",
    });
    expect(argv).toEqual([
      "--engine=/w/my engine.yaml@v1/a",
      "--engine-binary=/opt/engine",
      "--out=/w/out/here",
    ]);
  });

  it("that are empty say nothing", () => {
    expect(call({ INPUT_ENGINE: "reference", INPUT_SCENARIO: "", INPUT_OPTIONS: " \n " }).argv).toEqual([
      "--engine=reference",
      "--out=/w/leakproof-out",
    ]);
  });

  it("hand on what is wrong to whoever judges it", () => {
    const { argv } = call({ INPUT_ENGINE: "reference", INPUT_SEED: "seven", INPUT_OPTIONS: "--nothing" });
    expect(parseOptions(argv).problems).toHaveLength(2);
  });

  it("must name an engine", () => {
    for (const inputs of [{}, { INPUT_ENGINE: " " }])
      expect(() => call(inputs)).toThrow("[args/bad-value] the input `engine` is empty");
  });
});
