import { readdirSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { oracles } from "../../../harness/oracle/all.ts";
import { clusterNetwork } from "../../../harness/cluster/sandbox/addresses.ts";
import { createWorld } from "../../../harness/run/world.ts";
import { scenarios } from "../../../scenarios/all.ts";
import { Applier } from "../apply.ts";
import { type Applied, sound } from "../behaviour.ts";
import { nothing, type Desired } from "../desired.ts";
import { egressChain, noTable } from "../egress.ts";
import type { Tool } from "../kernel.ts";
import { ModelKernel } from "../model-kernel.fixture.ts";
import type { Version } from "../vips.ts";
import { mutants } from "./all.ts";

const foreignRule = "-s 198.18.0.1/32 -j ACCEPT";
const foreignRoute = { type: "unicast", dst: "198.18.0.1", dev: "eth0", protocol: "77", gateway: undefined };

function withPod(pod: string): Desired {
  return {
    ...nothing,
    egress: [{ owner: "shop/web", pod, vip: "192.0.2.1" }],
    exempt: ["10.1.0.0/16"],
    routes: [{ owner: "shop/r", vip: "192.0.2.7" }],
  };
}

/** All that a kernel holds after these rounds of one engine, then of another process of it. */
async function historyOf(name: string | undefined): Promise<readonly string[]> {
  const kernel = new ModelKernel();
  kernel.chain("nat", "POSTROUTING")?.push(foreignRule);
  kernel.routes[4].push(foreignRoute);
  const behaviour = () => mutants.find((mutant) => mutant.name === name)?.behaviour() ?? sound;
  const start = (version: Version = "v3") =>
    new Applier({
      kernel,
      behaviour: behaviour(),
      routes: { table: 200, interface: "eth0" },
      vips: { interface: "eth0", version },
    });
  const first = start();
  const seen: string[] = [];
  const look = () => {
    for (const chain of kernel.chainNames("nat")) seen.push(chain, ...(kernel.chain("nat", chain) ?? []));
    seen.push(...(kernel.chain("mangle", egressChain) ?? []), ...kernel.routes[4].map(({ dst }) => dst));
    seen.push(...kernel.vips.map(({ local }) => local));
  };
  for (const state of [withPod("10.1.0.5"), withPod("10.1.0.6")]) {
    await first.apply({
      ...state,
      vips: state.egress[0]?.pod === "10.1.0.5" ? ["192.0.2.8"] : ["192.0.2.9"],
    });
    look();
  }
  await start("v2").apply(nothing);
  look();
  // The next version finds what the one before it has made.
  await start("v2").apply({ ...nothing, vips: ["192.0.2.8"] });
  await start().apply(nothing);
  look();
  return seen;
}

function stepNamesOf(name: string): readonly string[] {
  const node = { name: "n1", ipv4: "172.30.1.10", ipv6: "fd00:30:1::1" };
  const world = createWorld({ ...clusterNetwork(0), seed: 1, attemptName: "test", nodes: [node] });
  const steps = scenarios.find((scenario) => scenario.name === name)?.steps(world) ?? [];
  return steps.map((step) => step.name);
}

/** Mutants that show in the kernel's rules alone. */
const inKernel = [
  "teardown-uses-new-endpoint",
  "no-sweep-on-start",
  "foreign-rules-flushed",
  "sweeps-foreign-routes",
  "wrong-mask",
  "marks-but-no-snat",
  "forgets-jump",
  "appends-again",
  "leaves-chain-per-service",
  "over-cleans-on-start",
  "grows-with-every-start",
  "sweeps-late",
  "former-leader-keeps-route",
  "address-not-swept-on-start",
  "address-of-older-version-foreign",
  "address-of-newer-version-foreign",
];

describe("every mutant", () => {
  test("has a file of its name, and every file is in the list", () => {
    const files = readdirSync(import.meta.dirname).filter(
      (file) => file.endsWith(".ts") && !/^(all|mutant)\.|\.(test|suite|fixture)\.ts$/.test(file),
    );
    expect(mutants.map(({ name }) => `${name}.ts`).toSorted()).toEqual(files.toSorted());
  });

  test.each(mutants)(
    "$name says what it breaks, where it was seen, and which scenario shows it",
    (mutant) => {
      expect(mutant.breaks).toMatch(/^[A-Z].{20,}\.$/);
      expect(mutant.upstream).toMatch(/^(https:\/\/github\.com\/|no report known: )/);
      const scenario = scenarios.find(({ name }) => name === mutant.scenario);
      expect(scenario).toBeDefined();
      const steps = stepNamesOf(mutant.scenario);
      const { needs } = mutant;
      const struck = needs?.kind === "faults" ? needs.faults.map(({ step }) => step) : [];
      const swept = needs?.kind === "crash-points" ? [needs.step] : [];
      for (const step of [...struck, ...swept]) expect(steps).toContain(step);
    },
  );

  test.each(mutants)("$name is wrong in something, and only in its own decisions", (mutant) => {
    const behaviour = mutant.behaviour();
    expect(Object.keys(behaviour).toSorted()).toEqual(Object.keys(sound).toSorted());
    const changed = Object.entries(behaviour).filter(
      ([key, value]) => new Map<string, unknown>(Object.entries(sound)).get(key) !== value,
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThanOrEqual(3);
  });

  test.each(inKernel)("%s leaves another kernel than the sound engine, by the same history", async (name) => {
    expect(await historyOf(name)).not.toEqual(await historyOf(undefined));
  });

  test("each oracle has one that it must catch", () => {
    expect([...new Set(mutants.map(({ oracle }) => oracle))].toSorted()).toEqual(
      oracles.map(({ name }) => name).toSorted(),
    );
  });
});

describe("mutants that do not show in rules alone", () => {
  const behaviourOf = (name: string) => mutants.find((mutant) => mutant.name === name)?.behaviour() ?? sound;

  test("delete-event-lost drops deletions and nothing else", () => {
    const types = ["ADDED", "MODIFIED", "DELETED"] as const;
    const behaviour = behaviourOf("delete-event-lost");
    expect(types.map((type) => behaviour.accepts({ type, object: {} }))).toEqual([true, true, false]);
  });

  test("configured-cidrs-ignored uses networks that nobody named", () => {
    expect(behaviourOf("configured-cidrs-ignored").exempt(["10.66.0.0/16"], [])).not.toContain(
      "10.66.0.0/16",
    );
    expect(sound.exempt(["10.66.0.0/16"], ["10.1.0.0/16"])).toEqual(["10.66.0.0/16"]);
    expect(sound.exempt([], ["10.1.0.0/16"])).toEqual(["10.1.0.0/16"]);
  });

  test.each(["finalizer-after-programming", "finalizer-missing-for-routes", "programs-after-death"])(
    "%s takes no notice of the end of an object that has just come",
    (name) => {
      const behaviour = behaviourOf(name);
      const object = { metadata: { uid: "1" } };
      expect(behaviour.accepts({ type: "ADDED", object })).toBe(true);
      expect(behaviour.accepts({ type: "DELETED", object })).toBe(false);
    },
  );

  test("v6-left-to-the-v4-tool leaves IPv6 rules where no IPv6 egress is left, and nothing of IPv4", () => {
    const input = ["*nat", "-F LEAKPROOF-EGRESS", "COMMIT"];
    const target = (family: 4 | 6) => ({ table: "nat", family, desired: nothing, found: noTable }) as const;
    const behaviour = behaviourOf("v6-left-to-the-v4-tool");
    const written = ([4, 6] as const).map((family) => behaviour.restoreInput(input, target(family)));
    expect(written).toEqual([input, []]);
  });

  test("rbac-fallback looks networks up that are configured, and takes built-in ones where it may not", () => {
    const behaviour = behaviourOf("rbac-fallback");
    expect([sound, behaviour].map((one) => one.discovers(["10.66.0.0/16"]))).toEqual([false, true]);
    expect(behaviour.exempt(["10.66.0.0/16"], [])).toContain("10.0.0.0/16");
  });

  test("stale-annotation programs the pod that the annotation names, until the endpoints change", () => {
    const behaviour = behaviourOf("stale-annotation");
    const annotations = { "leakproof.dev/active-endpoint": "10.1.0.9" };
    const services = [{ metadata: { namespace: "shop", name: "web", annotations } }];
    const podsOf = (pod: string) => behaviour.wishes(withPod(pod), services).egress.map((wish) => wish.pod);
    expect([podsOf("10.1.0.5"), podsOf("10.1.0.5"), podsOf("10.1.0.6")]).toEqual([
      ["10.1.0.9"],
      ["10.1.0.9"],
      ["10.1.0.6"],
    ]);
    expect(sound.wishes(withPod("10.1.0.5"), services)).toEqual(withPod("10.1.0.5"));
  });

  test("type-change-unseen drops the change to another type, and no other", () => {
    const mutant = behaviourOf("type-change-unseen");
    const types = ["LoadBalancer", "ClusterIP", undefined];
    const seen = types.map((type) => mutant.accepts({ type: "MODIFIED", object: { spec: { type } } }));
    expect(seen).toEqual([true, false, true]);
    expect(mutant.accepts({ type: "ADDED", object: { spec: { type: "ClusterIP" } } })).toBe(true);
  });

  test("lease-named-by-version calls the same lease otherwise in each version", () => {
    const names = (name: string) => {
      const behaviour = behaviourOf(name);
      return new Set([behaviour.leaseName("192.0.2.8", "v2"), behaviour.leaseName("192.0.2.8", "v3")]).size;
    };
    expect([names("lease-named-by-version"), names("sound")]).toEqual([2, 1]);
  });

  test("address-change-keeps-old wants what a Service had, until the Service is gone", () => {
    const behaviour = behaviourOf("address-change-keeps-old");
    const service = (vip: string) => ({
      metadata: { annotations: { "leakproof.dev/vip": vip, "leakproof.dev/address": "true" } },
      spec: { type: "LoadBalancer" },
    });
    const vipsOf = (vip: string, ...services: readonly object[]) =>
      behaviour.wishes({ ...nothing, vips: [vip] }, services).vips;
    expect(vipsOf("192.0.2.8", service("192.0.2.8"))).toEqual(["192.0.2.8"]);
    expect(vipsOf("192.0.2.9", service("192.0.2.9"))).toEqual(["192.0.2.9", "192.0.2.8"]);
    expect(vipsOf("192.0.2.7")).toEqual(["192.0.2.7"]);
  });

  test("shared-address-goes-with-one forgets an address with the first Service that had it", () => {
    const behaviour = behaviourOf("shared-address-goes-with-one");
    const service = (name: string) => ({
      metadata: { namespace: "shop", name, annotations: { "leakproof.dev/vip": "192.0.2.8" } },
      spec: { type: "LoadBalancer" },
    });
    const vipsOf = (...services: readonly object[]) =>
      behaviour.wishes({ ...nothing, vips: ["192.0.2.8"] }, services).vips;
    expect(vipsOf(service("a"), service("b"))).toEqual(["192.0.2.8"]);
    expect(vipsOf(service("b"))).toEqual([]);
  });

  test("takes-others-for-leftovers deletes tables of others once, and none of iptables or its own", async () => {
    const called: string[] = [];
    const tool: Tool = async (argv) => {
      called.push(argv.join(" "));
      const stdout = "table ip kube-proxy\ntable ip6 kube-proxy\ntable ip nat\ntable inet foreign\n";
      return { code: 0, stdout, stderr: "" };
    };
    const behaviour = behaviourOf("takes-others-for-leftovers");
    const state = { desired: nothing, services: [], tool } as unknown as Applied;
    behaviour.applied(state);
    behaviour.applied(state);
    await vi.waitFor(() => expect(called).toHaveLength(3));
    expect(called.slice(1)).toEqual(["nft delete table ip kube-proxy", "nft delete table ip6 kube-proxy"]);
  });

  test("keeps-on-exit and ignores-sigterm do not clean", () => {
    expect(
      [sound, behaviourOf("keeps-on-exit"), behaviourOf("ignores-sigterm")].map((one) => one.onTerminate),
    ).toEqual(["clean", "exit", "ignore"]);
  });
});
