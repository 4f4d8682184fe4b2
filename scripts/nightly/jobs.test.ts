import { describe, expect, it } from "vitest";
import { parseOptions } from "../../harness/run/options.ts";
import { conformanceArguments, findJob, nightlyJobs, renderMatrix, seedOf } from "./jobs.ts";
import { parseNightly, readNightly } from "./spec.ts";

const text = `
apiVersion: leakproof.dev/v1
kind: Nightly
crashPoints: all
clusters: 2
minutes: 300
engines:
  - name: kube-vip
    variants: [rt, arp]
    versions:
      - version: v0.8.4
      - version: v0.8.5
        program: { url: "https://example.org/kube-vip.tar.gz", sha256: ${"a".repeat(64)}, member: bin/kube-vip }
    options: { vip_loglevel: "5" }
    profiles: [egress-snat, route-table]
    crashPoints: "sample:3"
  - name: ./engines/My Engine.yaml
    profiles: [default]
    shards: 2
`;
const jobs = nightlyJobs(parseNightly(text, "nightly.yaml"));

describe("nightlyJobs", () => {
  it("is versions x variants x profiles x shards, in the order of the file", () => {
    expect(jobs.map(({ id }) => id)).toEqual([
      "kube-vip-v0.8.4-rt.egress-snat",
      "kube-vip-v0.8.4-rt.route-table",
      "kube-vip-v0.8.4-arp.egress-snat",
      "kube-vip-v0.8.4-arp.route-table",
      "kube-vip-v0.8.5-rt.egress-snat",
      "kube-vip-v0.8.5-rt.route-table",
      "kube-vip-v0.8.5-arp.egress-snat",
      "kube-vip-v0.8.5-arp.route-table",
      "My-Engine.default.1-of-2",
      "My-Engine.default.2-of-2",
    ]);
  });

  it("gives shards of one entry the same entry, and nobody else", () => {
    expect(new Set(jobs.map(({ entry }) => entry)).size).toBe(9);
    expect(jobs.at(-1)).toMatchObject({
      entry: "./engines/My Engine.yaml, default",
      shard: { index: 2, of: 2 },
      crashPoints: "all",
    });
  });

  it("becomes a matrix of names alone", () => {
    expect(JSON.parse(renderMatrix(jobs.slice(0, 2)))).toEqual({
      include: [{ job: "kube-vip-v0.8.4-rt.egress-snat" }, { job: "kube-vip-v0.8.4-rt.route-table" }],
    });
    for (const { id } of jobs) expect(id).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  it("is found by name", () => {
    expect(findJob(jobs, "kube-vip-v0.8.5-arp.route-table").engine).toBe("kube-vip@v0.8.5/arp");
    expect(() => findJob(jobs, "kube-vip")).toThrow("[args/bad-value] the nightly has no job");
  });

  it("refuses two of one name, and more than a matrix holds", () => {
    const twice = `${text}  - name: ./other/My-Engine.yaml\n    profiles: [default]\n    shards: 2\n`;
    expect(() => nightlyJobs(parseNightly(twice, "x"))).toThrow("two jobs would be called");
    const many = text.replace("shards: 2", "shards: 64").replace("[default]", "[a, b, c, d]");
    expect(() => nightlyJobs(parseNightly(many, "x"))).toThrow("264 jobs");
  });
});

describe("conformanceArguments", () => {
  const place = { night: "2026-11-22", out: "out/x", program: "p/kube-vip" };
  const job = findJob(jobs, "kube-vip-v0.8.5-rt.egress-snat");

  it("is what conformance takes", () => {
    const { options, problems } = parseOptions(conformanceArguments(job, place));
    expect(problems).toEqual([]);
    expect(options).toMatchObject({
      engines: [{ target: "kube-vip", version: "v0.8.5", variant: "rt" }],
      engineBinaries: [{ path: "p/kube-vip" }],
      engineOptions: { vip_loglevel: "5" },
      profile: "egress-snat",
      crashPoints: "sample:3",
      clusters: 2,
      seed: 20261122,
      out: "out/x",
    });
  });

  it("names the shard", () => {
    const shards = jobs.slice(-2).map((shard) => conformanceArguments(shard, place).join(" "));
    expect(shards[0]).toContain("--shard=1/2");
    expect(shards[1]).toContain("--shard=2/2");
  });

  it("has another seed each night", () => {
    expect(seedOf("2026-11-22")).toBe(20261122);
    expect(seedOf("2026-11-23")).not.toBe(seedOf("2026-11-22"));
  });
});

describe("the file of a nightly", () => {
  it("is sound in this project", async () => {
    const own = await readNightly(new URL("../../suites/nightly.yaml", import.meta.url).pathname);
    const parsed = nightlyJobs(own).map((job) =>
      parseOptions(conformanceArguments(job, { night: "2026-11-22", out: "out" })),
    );
    expect(parsed.flatMap(({ problems }) => problems)).toEqual([]);
    expect(parsed.map(({ options }) => options.crashPoints)).toEqual(parsed.map(() => "all"));
  });

  it.each([
    ["no YAML", "a: [", "is no YAML"],
    ["an unknown field", text.replace("clusters", "cluster"), "cluster"],
    ["an engine that cannot be read", text.replace("kube-vip\n", "kube vip\n"), "is no name of an engine"],
    ["crash points that are none", text.replace("sample:3", "some"), "sample:N"],
    ["no digest", text.replace("a".repeat(64), "abc"), "64 hexadecimal digits"],
    ["another protocol", text.replace("https://", "file:///"), "url"],
    ["a member outside of the archive", text.replace("bin/kube-vip", "../kube-vip"), "inside of the archive"],
    ["a profile twice", text.replace("[default]", "[default, default]"), "names a profile twice"],
    ["no profile", text.replace("[default]", "[]"), "profiles"],
  ])("is refused with %s", (_, broken, why) => {
    expect(broken).not.toBe(text);
    expect(() => parseNightly(broken, "n.yaml")).toThrow(/^\[args\/bad-nightly\] n\.yaml: /);
    expect(() => parseNightly(broken, "n.yaml")).toThrow(why);
  });

  it("tells all that is wrong with its form at once", () => {
    const broken = text.replace("clusters: 2", "clusters: 99").replace("minutes: 300", "minutes: 0");
    expect(() => parseNightly(broken, "n.yaml")).toThrow(/clusters[^]*minutes|minutes[^]*clusters/);
  });
});
