import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { optionTable } from "./option-table.ts";
import { optionConflicts, parseOptions } from "./options.ts";

const parse = (...argv: string[]) => parseOptions(argv, () => 42);
const codes = (...argv: string[]) => parse(...argv).problems.map((problem) => problem.code);
const messages = (...argv: string[]) =>
  parse(...argv)
    .problems.map((problem) => problem.message)
    .join("\n");

describe("a sound command line", () => {
  it("is empty: everything has a default", () => {
    expect(parse()).toEqual({
      problems: [],
      options: {
        engines: [],
        engineBinaries: [],
        engineImages: [],
        engineOptions: {},
        profile: "default",
        scenarios: [],
        repeat: 1,
        provider: "sandbox",
        clusters: 3,
        seed: 42,
        out: "out",
        bisect: false,
        asRoot: false,
        keep: false,
        list: false,
        help: false,
      },
    });
  });

  it("gives every option", () => {
    const argv = [
      "--engine Kube-VIP@v0.8.5-rc.1/RT --engine=./e/my.yaml@v1/fast --engine /x/my.ts",
      "--engine-binary ./a=b --engine-binary kube-vip@v0.8.5=/bin/kv --engine-binary mine=x",
      "--engine-option a=b=c --engine-option d= --profile Egress-SNAT --scenario egress-* --scenario route-*",
      "--clusters 16 --seed 4294967295 --out /tmp/o --baseline r.yaml --control-plane build",
      "--as-root --keep --list --help --crash-points sample:08 --repeat 3 --power --waivers w.yaml",
      "--resume out/1 --only-failed out/2 --bisect --beside kube-proxy/iptables",
    ];
    const { options, problems } = parse(...argv.join(" ").split(" "));
    expect(problems).toEqual([]);
    expect(options).toMatchObject({
      engines: [
        {
          kind: "name",
          target: "kube-vip",
          version: "v0.8.5-rc.1",
          variant: "rt",
          text: "Kube-VIP@v0.8.5-rc.1/RT",
        },
        { kind: "file", target: "./e/my.yaml", version: "v1", variant: "fast" },
        { kind: "file", target: "/x/my.ts" },
      ],
      engineBinaries: [
        { path: "./a=b" },
        { selector: { name: "kube-vip", version: "v0.8.5" }, path: "/bin/kv" },
        { selector: { name: "mine" }, path: "x" },
      ],
      engineOptions: { a: "b=c", d: "" },
      beside: { kind: "name", target: "kube-proxy", variant: "iptables" },
      profile: "Egress-SNAT",
      scenarios: ["egress-*", "route-*"],
      clusters: 16,
      seed: 4294967295,
      out: "/tmp/o",
      baseline: "r.yaml",
      controlPlane: "build",
      crashPoints: "sample:8",
      repeat: 3,
      power: true,
      waivers: "w.yaml",
      resume: "out/1",
      onlyFailed: "out/2",
      bisect: true,
      asRoot: true,
      keep: true,
      list: true,
      help: true,
    });
    expect(options.engineBinaries[0]).not.toHaveProperty("selector");
  });
});

describe("a bad command line", () => {
  it.each([
    [["--sede", "7"], "args/unknown-option", "--seed"],
    [["-x"], "args/unknown-option", "-x"],
    [["--no-list"], "args/unknown-option", "--no-list"],
    [["kube-vip"], "args/unknown-option", "npm run conformance --"],
    [["--", "x"], "args/unknown-option", '"x"'],
    [["--engine"], "args/bad-value", "no value"],
    [["--engine", "--list"], "args/bad-value", "--list"],
    [["--out="], "args/bad-value", "no value"],
    [["--list=yes"], "args/bad-value", "takes no value"],
    [["--seed", "1", "--seed", "2"], "args/bad-value", "more than once"],
    [["--seed", "4294967296"], "args/bad-value", "4294967295"],
    [["--seed=-1"], "args/bad-value", "whole number"],
    [["--seed", "0x10"], "args/bad-value", "whole number"],
    [["--clusters", "0"], "args/bad-value", "1 to 16"],
    [["--clusters", "17"], "args/bad-value", "1 to 16"],
    [["--clusters", "2.5"], "args/bad-value", "1 to 16"],
    [["--crash-points", "8"], "args/bad-value", "sample:8"],
    [["--crash-points", "sample:0"], "args/bad-value", "sample:N"],
    [["--crash-points", "ALL"], "args/bad-value", "all, none"],
    [["--repeat", "0"], "args/bad-value", "1 to 1000"],
    [["--resume"], "args/bad-value", "--resume DIR"],
    [["--bisect=yes"], "args/bad-value", "takes no value"],
    [["--control-plane", "kind"], "args/bad-value", "assets, download, build"],
    [["--engine", "kube-vip@"], "args/bad-value", "NAME[@VERSION]"],
    [["--engine", "a/b/c"], "args/bad-value", "NAME[@VERSION]"],
    [["--engine", "@v1"], "args/bad-value", "NAME[@VERSION]"],
    [["--engine", "a@../../x"], "args/bad-value", "NAME[@VERSION]"],
    [["--engine-binary", "kube-vip@v1="], "args/bad-value", "PATH"],
    [["--engine-option", "novalue"], "args/bad-value", "KEY=VALUE"],
    [["--engine-option", "=x"], "args/bad-value", "KEY=VALUE"],
    [["--engine-option", "a=1", "--engine-option", "a=2"], "args/bad-value", "twice"],
  ])("%j is %s", (argv, code, text) => {
    expect(codes(...argv)).toEqual([code]);
    expect(messages(...argv)).toContain(text);
    expect(messages(...argv)).toContain("Fix: ");
  });

  it("tells every problem at once, and goes on with defaults", () => {
    const argv = ["--sede", "7", "--clusters", "many", "--engine", "@@", "stray", "--control-plane", "x"];
    expect(codes(...argv)).toHaveLength(5);
    expect(parse(...argv).options).toMatchObject({ clusters: 3, seed: 42, engines: [] });
  });

  it("never makes it throw", () => {
    const word = fc.oneof(fc.string(), fc.constantFrom(...optionTable.map(({ name }) => `--${name}`)));
    fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (argv) => void parse(...argv)));
  });
});

it("draws a random seed of 32 bits where none is given", () => {
  const { seed } = parseOptions([]).options;
  expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
});

describe("options that exclude each other", () => {
  it.each([
    [["--resume", "x", "--seed", "7"], "--seed cannot stand beside --resume"],
    [["--resume", "x", "--out", "y"], "--out cannot stand"],
    [["--resume", "x", "--only-failed", "y"], "--only-failed cannot stand"],
    [["--only-failed", "x", "--engine", "y"], "--engine cannot stand"],
    [["--power", "--no-power"], "--no-power cannot stand"],
  ])("%j", (argv, text) => {
    const [problem, ...others] = optionConflicts(argv);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "args/bad-value" });
    expect(problem?.message).toContain(text);
  });

  it.each([
    [["--resume", "x", "--engine-binary", "y", "--clusters", "4", "--baseline", "z"]],
    [["--only-failed", "x", "--out", "y", "--bisect"]],
    [["--no-power", "--crash-points", "all", "--engine", "y", "--seed", "1"]],
  ])("%j do not", (argv) => {
    expect(optionConflicts(argv)).toEqual([]);
  });
});
