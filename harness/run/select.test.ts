import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalog, fakeEngine } from "./catalog.fixture.ts";
import { parseOptions } from "./options.ts";
import type { Catalog } from "./pick-engines.ts";
import { attemptSeed, sealAttempts, selectAttempts } from "./select.ts";

function select(line: string, from: Catalog = catalog) {
  const { options, problems } = parseOptions(line === "" ? [] : line.split(" "), () => 7);
  expect(problems).toEqual([]);
  return selectAttempts(from, options);
}

const told = (line: string, from?: Catalog): readonly string[] =>
  select(line, from).problems.map((problem) => problem.message);

const rows = (line: string): readonly string[] =>
  select(line).attempts.map(({ draft, unsupported }) =>
    unsupported === undefined ? draft.id : `${draft.id} (no ${unsupported})`,
  );

describe("what is run", () => {
  it("is the profile's engines, each with the scenarios that it or nobody claims", () => {
    expect(rows("")).toEqual([
      "reference-default.egress-moves",
      "reference-default.egress-moves-other-node (no leader-election)",
      "kube-proxy-iptables.egress-moves-other-node (no egress)",
      "kube-proxy-iptables.service-scaled",
      "kube-proxy-nftables.egress-moves-other-node (no egress)",
      "kube-proxy-nftables.service-scaled",
    ]);
  });

  it("is tried whatever its nodes need of their kernel: the nodes see to that", () => {
    const attempts = select("--scenario egress-*-node --engine kube-vip").attempts;
    expect(attempts.map(({ scenario }) => scenario.needs)).toEqual([["leader-election", "ip_vs"]]);
    expect(attempts.map(({ missing, unsupported }) => missing ?? unsupported)).toEqual([undefined]);
  });

  it("upgrades in two attempts of one world: first what the other is compared with", () => {
    const upgrading: Catalog = {
      ...catalog,
      scenarios: catalog.scenarios.map((each) =>
        each.name === "egress-moves-other-node" ? { ...each, upgrades: true as const } : each,
      ),
    };
    const line = "--profile egress-snat --scenario egress-*-node --engine kube-vip";
    const [attempt, ...others] = select(`${line}@v1..v2`, upgrading).attempts;
    expect(others).toEqual([]);
    expect(attempt?.role).toBe("fresh");
    const id = "kube-vip@v1..v2-rt.egress-moves-other-node";
    expect(attempt?.draft).toMatchObject({
      id: `${id}.fresh`,
      world: id,
      fresh: true,
      engine: { name: "kube-vip", version: "v2", from: ["v1"] },
    });
    if (attempt === undefined) throw new Error("there is one");
    const plan = { ...attempt.draft, engineDigest: "" };
    const led = attempt.leadsTo?.({ schemaVersion: 1, plan, events: [], snapshots: {} });
    expect(led?.map((each) => [each.id, each.world, each.fresh])).toEqual([[id, id, undefined]]);
    const [without] = select(`${line}@v2`, upgrading).attempts;
    expect(without?.missing).toContain("--engine kube-vip@EARLIER..v2");
    expect(told(`${line}@v0..v2`, upgrading).join()).toContain("version v0 is unknown");
  });

  it("is every scenario of the profile for an engine that was asked for", () => {
    expect(rows("--engine kube-proxy")).toEqual([
      "kube-proxy-iptables.egress-moves (no egress)",
      "kube-proxy-iptables.egress-moves-other-node (no egress)",
      "kube-proxy-iptables.service-scaled",
    ]);
  });

  it("knows version, variant, options and globs, the profile without regard to case", () => {
    const { attempts, picks, profile } = select(
      "--engine KUBE-VIP@v2/ARP --engine-option speed=9 --profile EGRESS-Snat --scenario egress-*-node --scenario route-????ral",
    );
    expect(profile?.name).toBe("egress-snat");
    expect(picks.map(({ argument }) => argument)).toEqual(["kube-vip@v2/arp"]);
    expect(attempts.map(({ draft }) => draft.id)).toEqual([
      "kube-vip@v2-arp.egress-moves-other-node",
      "kube-vip@v2-arp.route-several",
    ]);
    expect(attempts[0]?.draft).toMatchObject({
      schemaVersion: 1,
      scenario: "egress-moves-other-node",
      engine: { name: "kube-vip", version: "v2", variant: "arp", options: { speed: "9" } },
      settings: { routeTable: 198 },
      limits: { convergenceMs: 30_000 },
    });
  });

  it("has the other engine that was asked for where the scenario has two, with the options that it has by itself", () => {
    const both: Catalog = {
      ...catalog,
      scenarios: catalog.scenarios.map((each) =>
        each.name === "egress-moves" ? { ...each, beside: ["service-rules"] as const } : each,
      ),
    };
    const line = "--engine kube-vip --engine-option speed=9 --scenario egress-*";
    const { attempts, beside } = select(`${line} --beside KUBE-PROXY/nftables`, both);
    expect(beside?.argument).toBe("kube-proxy/nftables");
    const selection = { name: "kube-proxy", variant: "nftables", options: {} };
    expect(attempts.map(({ draft }) => draft.beside)).toEqual([selection, undefined]);
    expect(attempts.map((each) => each.beside?.selection)).toEqual([selection, undefined]);
    const [useless] = select(`${line} --beside reference`, both).attempts;
    expect(useless?.missing).toContain("does nothing of: service-rules");
    expect(select(line, both).attempts[0]).not.toHaveProperty("beside");
  });

  it("takes an engine from a file", () => {
    const mine = fakeEngine("mine", ["egress"]);
    const { picks, problems } = select("--engine ./mine.yaml@v1", {
      ...catalog,
      engineFiles: { "./mine.yaml": mine },
    });
    expect(problems).toEqual([]);
    expect(picks).toMatchObject([
      { argument: "./mine.yaml@v1/default", selection: { name: "mine", version: "v1" } },
    ]);
  });
});

describe("what cannot be run", () => {
  it.each([
    ["--engine kubevip", "[args/unknown-engine]", 'Did you mean "kube-vip"?'],
    ["--engine kube-vip@v3", "[args/unknown-engine]", "version v3 is unknown"],
    ["--engine ./other.yaml", "[args/bad-engine-file]", "./other.yaml"],
    ["--engine kube-vip/bgp", "[args/unknown-variant]", "There are: rt, arp"],
    ["--engine kube-vip --engine-option sped=1", "[args/bad-engine-option]", "option sped is unknown"],
    ["--engine kube-vip --engine kube-vip/rt", "[args/bad-value]", "given twice"],
    ["--profile defualt", "[args/unknown-profile]", 'Did you mean "default"?'],
    ["--scenario egress-mvoes", "[args/unknown-scenario]", 'Did you mean "egress-moves"?'],
    ["--scenario route-*", "[args/unknown-scenario]", "--profile egress-snat"],
    ["--scenario egress.moves", "[args/unknown-scenario]", "matches no scenario"],
    ["--profile egress-snat", "[args/nothing-to-run]", "names no engine"],
    ["--beside kubevip", "[args/unknown-engine]", 'Did you mean "kube-vip"?'],
    ["--beside kube-vip@v1..v2", "[args/bad-value]", "give one version"],
  ])("%s: %s", (line, code, text) => {
    const problems = told(line);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(code);
    expect(problems[0]).toContain(text);
  });

  it("tells every problem at once", () => {
    expect(told("--engine kubevip --engine kube-proxy/ipvs --profile x")).toHaveLength(3);
    expect(told("--engine kubevip --scenario x-* --scenario y")).toHaveLength(3);
  });

  it("includes a profile that names what does not exist", () => {
    const [profile] = catalog.profiles;
    if (profile === undefined) throw new Error("the fixture has a profile");
    const broken = {
      ...profile,
      engines: ["cilium"],
      scenarios: [{ name: "egress-moved", level: "core" as const }],
    };
    const problems = told("", { ...catalog, profiles: [broken] });
    expect(problems).toEqual([
      expect.stringContaining("[args/unknown-engine]"),
      expect.stringContaining('names the scenario "egress-moved"'),
    ]);
  });
});

describe("seeds", () => {
  it("make the plan list: the same for the same seed, another for another", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        const seeds = (seed: number) => select(`--seed ${seed}`).attempts.map(({ draft }) => draft.seed);
        expect(seeds(a)).toEqual(seeds(a));
        expect(JSON.stringify(seeds(a)) === JSON.stringify(seeds(b))).toBe(a === b);
        for (const seed of seeds(a)) expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
      }),
    );
  });

  it("of an attempt do not depend on what else is run", () => {
    const [alone] = select("--engine kube-proxy --scenario service-scaled").attempts;
    const among = select("").attempts.find(({ draft }) => draft.id === alone?.draft.id);
    expect(alone?.draft).toEqual(among?.draft);
    expect(alone?.draft.seed).toBe(attemptSeed(7, "kube-proxy-iptables.service-scaled"));
  });

  it("have this value for ever: a report of today must replay tomorrow", () => {
    expect(attemptSeed(7, "kube-proxy-iptables.service-scaled")).toMatchInlineSnapshot(`941350619`);
  });
});

it("gives every attempt an id of its own that can name a directory", () => {
  const ids = rows("--engine kube-vip@v1 --engine kube-vip@v2 --engine kube-vip/arp --engine kube-proxy").map(
    (row) => row.split(" ")[0],
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9][A-Za-z0-9@._+-]*$/);
});

describe("--repeat", () => {
  it("runs every attempt again under an id and a seed of its own, and leaves the first as it is", () => {
    const once = select("--engine kube-proxy").attempts.map(({ draft }) => draft);
    const drafts = select("--engine kube-proxy --repeat 3").attempts.map(({ draft }) => draft);
    expect(drafts).toHaveLength(3 * once.length);
    expect(drafts.filter(({ id }) => !/\.r\d+$/.test(id))).toEqual(once);
    expect(drafts.slice(0, 3).map(({ id }) => id)).toEqual([
      "kube-proxy-iptables.egress-moves",
      "kube-proxy-iptables.egress-moves.r2",
      "kube-proxy-iptables.egress-moves.r3",
    ]);
    expect(new Set(drafts.map(({ seed }) => seed)).size).toBe(drafts.length);
  });
});

describe("sealAttempts", () => {
  it("puts the digest of its engine's program into every plan", () => {
    const { attempts } = select("--engine kube-proxy/nftables");
    const sealed = sealAttempts(attempts, new Map([["kube-proxy/nftables", "abc"]]));
    expect(sealed.map(({ plan }) => plan.engineDigest)).toEqual(["abc", "abc", "abc"]);
    expect(sealed[2]).toMatchObject({ level: "core", plan: { id: "kube-proxy-nftables.service-scaled" } });
  });

  it("refuses an engine whose program nobody looked at", () => {
    expect(() => sealAttempts(select("--engine kube-vip").attempts, new Map())).toThrow("[run/internal]");
  });
});
