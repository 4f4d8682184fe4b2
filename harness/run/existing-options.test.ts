import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

const sound = [
  "--provider",
  "existing",
  "--kubeconfig",
  "k.yaml",
  "--i-own-this-cluster",
  "--engine",
  "kube-proxy",
];
const parse = (...argv: readonly string[]) => parseOptions(argv, () => 7);
const told = (...argv: readonly string[]): string =>
  parse(...argv)
    .problems.map(({ message }) => message)
    .join("\n");
const without = (option: string): readonly string[] => {
  const at = sound.indexOf(option);
  return sound.filter((_, index) => index !== at && (option.startsWith("--i-own") || index !== at + 1));
};

describe("a cluster of the user's own", () => {
  it("is taken where all of it is said", () => {
    const { options, problems } = parse(...sound, "--context", "mine", "--node-image", "tools:1");
    expect(problems).toEqual([]);
    expect(options.existing).toEqual({
      kubeconfig: `${process.cwd()}/k.yaml`,
      context: "mine",
      nodeImage: "tools:1",
    });
    expect(options.clusters).toBe(1);
  });

  it("is not touched unless the user says that it is theirs", () => {
    expect(told(...without("--i-own-this-cluster"))).toMatch(/^\[args\/cluster-not-owned\]/);
    expect(told(...without("--kubeconfig"))).toMatch(
      /^\[args\/bad-value\] --provider existing has no cluster/,
    );
    expect(told(...without("--engine"))).toContain("about one engine, and none is given");
  });

  it.each([
    [["--engine", "kube-vip"], "about one engine, and 2 are given"],
    [["--engine-image", "x"], "--engine-image cannot stand beside --provider existing"],
    [["--engine-binary", "x"], "--engine-binary cannot stand beside"],
    [["--power"], "mutants"],
    [["--explore", "10m"], "--explore cannot stand beside"],
    [["--control-plane", "build"], "--control-plane cannot stand beside"],
    [["--as-root"], "--as-root cannot stand beside"],
    [["--guest-kernel", "x"], "--guest-kernel cannot stand beside"],
    [["--clusters", "2"], "there is one cluster of your own"],
    [["--crash-points", "all"], "--crash-points: nobody sees or stops the writes"],
    [["--faults", "kill"], "--faults kill is not to be had"],
    [["--faults", "hurry", "--faults", "api"], "--faults api is not to be had"],
  ])("refuses %j", (argv, text) => {
    expect(told(...sound, ...argv)).toContain(text);
  });

  it.each([
    [["--faults", "hurry"]],
    [["--faults", "hurry", "--crash-points", "all"]],
    [["--crash-points", "none"]],
  ])("takes %j", (argv) => {
    expect(told(...sound, ...argv)).toBe("");
  });

  it("refuses an upgrade", () => {
    const argv = sound.map((word) => (word === "kube-proxy" ? "kube-vip@v0.8.4..v0.8.5" : word));
    expect(told(...argv)).toContain("is not upgraded by the harness");
  });

  it("has options that are of no use elsewhere, and say so", () => {
    expect(told("--kubeconfig", "k.yaml")).toContain("--kubeconfig is of --provider existing alone");
    expect(told("--provider", "kind", "--i-own-this-cluster")).toContain("--i-own-this-cluster is of");
  });
});
