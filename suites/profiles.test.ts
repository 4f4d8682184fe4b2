import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HarnessProblems } from "../harness/errors/problems.ts";
import { scenarios } from "../scenarios/all.ts";
import { findProfile, loadProfiles } from "./profiles.ts";

const profiles = await loadProfiles(join(import.meta.dirname, "profiles"));

const sound = `apiVersion: leakproof.dev/v1
kind: Profile
name: sound
version: 1.0.0
title: A sound profile
limits: { convergenceMs: 1000, apiOutageMs: 100, exitMs: 500 }
scenarios:
  - { name: some-scenario, level: core }
engines: [some-engine/variant]
`;

const strike = "  - { family: kill, level: extended, points: sample:3 }\n";

async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "leakproof-profiles-"));
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory.path, file), text);
  try {
    await loadProfiles(directory.path);
    return [];
  } catch (error) {
    if (error instanceof HarnessProblems) return error.problems.map(({ message }) => message);
    throw error;
  }
}

describe("the profiles of the project", () => {
  const names = scenarios.map(({ name }) => name);

  it("name only scenarios that there are, each at one level everywhere", () => {
    const levels = new Map<string, string>();
    for (const { name, level } of profiles.flatMap((profile) => profile.scenarios)) {
      expect(names).toContain(name);
      expect(levels.get(name) ?? level, name).toBe(level);
      levels.set(name, level);
    }
  });

  it("have at Extended what is no lifecycle: races, reuse, history", () => {
    const extended = profiles.flatMap((profile) => profile.scenarios).filter(({ level }) => level !== "core");
    expect(extended.map(({ name, level }) => `${name} ${level}`).toSorted()).toEqual([
      "address-beside-service-rules extended",
      "address-changed-in-place extended",
      "address-control-plane-balanced extended",
      "address-control-plane-leader-dies extended",
      "address-downgrade-in-place extended",
      "address-leader-fails-over extended",
      "address-shared-by-services extended",
      "address-two-versions extended",
      "address-type-changed extended",
      "address-upgrade-by-steps extended",
      "egress-address-changed extended",
      "egress-address-reused extended",
      "egress-created-and-deleted-at-once extended",
      "egress-endpoint-moves-while-down extended",
      "egress-leader-fails-over extended",
      "egress-ports-removed extended",
      "egress-restarted-20-times extended",
      "egress-rests-after-moves extended",
      "egress-shared-address extended",
      "egress-type-changed extended",
      "egress-upgrade-and-clean-up extended",
      "egress-upgrade-in-place extended",
      "fip-created-and-deleted extended",
      "fip-deleted-before-status extended",
      "fip-deleted-while-name-is-locked extended",
      "fip-engine-killed-while-deleting extended",
      "fip-exec-fails-half-way extended",
      "fip-exec-never-answers extended",
      "fip-flows-ended extended",
      "fip-gateway-restarted extended",
      "fip-snat-deleted-during-exec extended",
      "input-chain-legacy-to-nft extended",
      "input-chain-node-rebooted extended",
      "input-chain-restarted-20-times extended",
      "input-chain-rests-after-changes extended",
      "input-chain-turned-off extended",
      "input-chain-uninstalled extended",
      "input-chain-upgrade-and-clean-up extended",
      "input-chain-upgrade-and-reboot extended",
      "input-chain-upgrade-in-place extended",
      "route-address-changed extended",
      "route-leader-fails-over extended",
      "route-shared-address extended",
      "route-shared-endpoint-moves extended",
      "route-type-changed extended",
      "route-upgrade-and-clean-up extended",
      "route-upgrade-in-place extended",
      "service-address-reused extended",
      "service-restarted-20-times extended",
      "svip-dual-stack extended",
      "svip-external-ip-of-node-ipv6 extended",
      "svip-foreign-api-server extended",
      "svip-foreign-api-server-excluded extended",
      "svip-ipv6-first extended",
      "svip-load-balancer-pool extended",
      "svip-node-on-docker0 extended",
      "svip-virtual-servers-changed extended",
    ]);
  });

  it("have every scenario of Core in default but those that are asked for, and in exactly the profile of its area", () => {
    const areas = profiles.filter(({ name }) => name !== "default");
    expect(areas.map(({ name }) => name)).toEqual([
      "egress-snat",
      "fip-nat",
      "ipvs-service",
      "policy-input",
      "route-table",
      "service-address",
      "service-rules",
    ]);
    const inAreas = areas.flatMap((profile) => profile.scenarios.map(({ name }) => name));
    expect(inAreas.toSorted()).toEqual(names.toSorted());
    // Modes of their own, which most engines do not run in: gateways, addresses of Services, service proxies by IPVS.
    const askedFor: readonly string[] = ["fip-nat", "ipvs-service", "service-address"];
    const common = areas.filter(({ name }) => !askedFor.includes(name));
    const core = common.flatMap((profile) => profile.scenarios.filter(({ level }) => level === "core"));
    const all = findProfile(profiles, "default").scenarios;
    expect(all.map(({ name }) => name).toSorted()).toEqual(core.map(({ name }) => name).toSorted());
    for (const { name, scenarios: listed } of areas) {
      const features = listed.map(
        (entry) => scenarios.find((scenario) => scenario.name === entry.name)?.feature,
      );
      expect(new Set(features)).toEqual(new Set([name === "egress-snat" ? "egress" : name]));
    }
  });

  it("strike at Extended, where engines write by themselves", () => {
    for (const { name, faults = [] } of profiles) {
      expect(faults.map(({ family }) => family).slice(0, 1), name).toEqual(
        name === "fip-nat" ? [] : ["kill"],
      );
      expect(
        faults.filter(({ level }) => level !== "extended"),
        name,
      ).toEqual([]);
    }
  });

  it("demand the same of every engine", () => {
    const limits = profiles.map((profile) => JSON.stringify(profile.limits));
    expect(new Set(limits).size).toBe(1);
  });
});

describe("loadProfiles", () => {
  it("is silent on a sound file and leaves other files alone", async () => {
    expect(await problemsOf({ "sound.yaml": sound, "README.md": "no profile" })).toEqual([]);
    expect(await problemsOf({ "sound.yaml": `${sound}power: false\nfaults:\n${strike}` })).toEqual([]);
  });

  it.each([
    ["an unknown key", sound.replace("title:", "extra: 1\ntitle:"), "Unrecognized key"],
    ["a missing limit", sound.replace(", exitMs: 500", ""), "limits.exitMs"],
    ["a limit without sense", sound.replace("exitMs: 500", "exitMs: 0"), "limits.exitMs"],
    ["an unknown level", sound.replace("core", "basic"), "scenarios.0.level"],
    [
      "a scenario twice",
      sound.replace("engines:", "  - { name: some-scenario, level: core }\nengines:"),
      "twice",
    ],
    ["places that nobody can count", `${sound}faults:\n${strike.replace("sample:3", "some")}`, "sample:N"],
    ["no place", `${sound}faults:\n${strike.replace("sample:3", "none")}`, "sample:N"],
    ["an unknown family", `${sound}faults:\n${strike.replace("kill", "bribe")}`, "faults.0.family"],
    ["a family twice", `${sound}faults:\n${strike}${strike}`, "names a family twice"],
    [
      "all places of one family and some of another",
      `${sound}faults:\n${strike}  - { family: api, level: observed, points: all }\n`,
      "all places of one family and some of another",
    ],
    ["power that is no switch", `${sound}power: often\n`, "power"],
    ["another schema version", sound.replace("dev/v1", "dev/v2"), "apiVersion"],
    ["a name that is not the file's", sound.replace("name: sound", "name: other"), "file name"],
    ["no YAML", "a: [", "is no YAML"],
    ["an empty file", "", "profile sound.yaml"],
  ])("rejects %s", async (_, text, message) => {
    const problems = await problemsOf({ "sound.yaml": text });
    expect(problems.join("\n")).toContain(message);
    expect(problems[0]).toMatch(/^\[run\/internal] profile sound\.yaml: /);
  });

  it("reports every problem of every file at once", async () => {
    const problems = await problemsOf({
      "a.yaml": sound.replace("kind: Profile", "kind: Other").replace("name: sound", "name: Not Kebab"),
      "b.yaml": "[]",
    });
    expect(problems.filter((text) => text.includes("a.yaml"))).toHaveLength(2);
    expect(problems.filter((text) => text.includes("b.yaml"))).not.toHaveLength(0);
  });
});

describe("findProfile", () => {
  it("does not regard case", () => {
    expect(findProfile(profiles, "Egress-SNAT").name).toBe("egress-snat");
  });

  it("tells the names that there are", () => {
    expect(() => findProfile(profiles, "nope")).toThrow(
      '[args/unknown-profile] no profile "nope". Fix: use one of default, egress-snat, fip-nat, ipvs-service, policy-input, route-table, service-address, service-rules.',
    );
  });
});
