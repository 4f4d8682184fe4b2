import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clusterNetwork } from "../harness/cluster/sandbox/addresses.ts";
import type { Intent, NodeRef, Scenario, Step, TrafficCheck, World } from "../harness/model/scenario.ts";
import { type AttemptWorld, createWorld } from "../harness/run/world.ts";
import { scenarios } from "./all.ts";
import { scenario as egressSigterm } from "./egress-sigterm.ts";
import { assumedCidrs, clusterCidrs, clusterCidrs6 } from "./building/egress.ts";

const networks = clusterNetwork(0);
/** Feature -> first words of the names of its scenarios. */
const areas: Readonly<Record<string, string>> = {
  egress: "egress",
  "route-table": "route",
  "service-address": "address",
  "service-rules": "service",
  "policy-input": "input-chain",
  "ipvs-service": "svip",
  "fip-nat": "fip",
};
const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const engineNames = /kube-?(?:vip|proxy|router|ovn)|calico|cilium|flannel|reference engine/i;

function nodesFor(scenario: Scenario): World["nodes"] {
  const node = (index: number): NodeRef => ({
    name: `lp-n${index}`,
    ipv4: `172.30.1.${10 + index}`,
    ipv6: `fd00:30:1::${index}`,
  });
  return [node(1), ...Array.from({ length: scenario.nodes - 1 }, (_, index) => node(index + 2))];
}

/** Everything that a scenario makes of one seed, with the world that it drew from. */
function play(scenario: Scenario, seed: number) {
  const world: AttemptWorld = createWorld({
    ...networks,
    seed,
    attemptName: "test",
    nodes: nodesFor(scenario),
  });
  const drawn = new Set<string | number>();
  const record = <T extends string | number>(value: T): T => {
    drawn.add(value);
    return value;
  };
  const recording: World = {
    ...world,
    name: (prefix) => record(world.name(prefix)),
    pod: (node, family) => record(world.pod(node, family)),
    vip: (family) => record(world.vip(family)),
    clusterIp: (family) => record(world.clusterIp(family)),
    nodePort: () => record(world.nodePort()),
  };
  return { steps: scenario.steps(recording), canary: scenario.canary(recording), drawn, world };
}

/** Source text of a scenario without comments and without its list of sources. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<![:"])\/\/.*$/gm, "").replace(/sources: \[[\s\S]*?\],/g, "");
}

/** The values of an intent that a scenario must have drawn. */
function valuesOf(intent: Intent): readonly (string | number)[] {
  switch (intent.kind) {
    case "egress":
    case "egress-port":
      return [intent.pod, intent.vip];
    case "egress-exempt":
      return [];
    case "route":
    case "address":
      return [intent.vip];
    case "api-servers":
      return [intent.vip, ...intent.servers];
    case "service-port":
      return [intent.clusterIp, ...intent.backends];
    case "node-port":
      return [intent.nodePort];
    case "service-address":
    case "own-address":
      return [intent.address];
    case "elastic-ip":
      return [intent.address];
    case "floating-ip":
    case "flows":
      return [intent.address, intent.pod];
    case "source-nat":
      return [intent.address, intent.cidr.replace(/\/32$/, "")];
    case "port-forward":
      return [intent.address, intent.pod];
    case "input-exempt":
      return [];
    case "pod-guarded":
      return [intent.pod];
    case "policy-client":
      return [intent.client];
  }
}

function valuesOfCheck(check: TrafficCheck): readonly string[] {
  switch (check.kind) {
    case "egress":
      return [check.pod, check.expectSource];
    case "policy":
      return [check.from, check.pod];
    case "service":
    case "inbound":
      return check.backends;
    case "reach":
      return [];
  }
}

function startsEngine({ operations }: Step): boolean {
  return operations.some(
    (operation) =>
      operation.op === "upgrade" ||
      operation.op === "downgrade" ||
      operation.op === "reboot" ||
      (operation.op === "engine" && operation.action === "start"),
  );
}

/** Nodes whose engine a step stops, and does not start again. */
function stoppedNodes({ operations }: Step): ReadonlySet<string> {
  const stopped = new Set<string>();
  for (const operation of operations) {
    if (operation.op === "uninstall") stopped.add(operation.node);
    if (operation.op === "upgrade") stopped.delete(operation.node);
    if (operation.op === "engine" && operation.action === "start") stopped.delete(operation.node);
    if (operation.op === "engine" && operation.action !== "start") stopped.add(operation.node);
  }
  return stopped;
}

function stopsEngine({ operations }: Step): boolean {
  return operations.some(
    (operation) =>
      operation.op === "uninstall" || (operation.op === "engine" && operation.action !== "start"),
  );
}

/** Steps that start the engine and expect nothing that only an engine that has synced since can have made. */
function startsWithoutEvidence(steps: readonly Step[]): readonly string[] {
  const unshown = steps.filter((step, index) => {
    if (!startsEngine(step)) return false;
    const previous = steps[index - 1];
    const down = previous !== undefined && stopsEngine(previous) && !startsEngine(previous) ? [previous] : [];
    const applied = [...down, step]
      .flatMap(({ operations }) => operations)
      .flatMap((operation) => (operation.op === "apply" ? [JSON.stringify(operation.object)] : []))
      .join();
    const shown = step.expect.filter(({ present }) => present).flatMap(({ intent }) => valuesOf(intent));
    return !shown.some((value) => applied.includes(`"${value}"`));
  });
  return unshown.map(({ name }) => name);
}

/** Names of live objects before and after each step; throws nothing, so that tests can say what is wrong. */
function lifeOf(steps: readonly Step[]): readonly { step: Step; before: Set<string>; after: Set<string> }[] {
  const live = new Set<string>();
  return steps.map((step) => {
    const before = new Set(live);
    for (const operation of step.operations) {
      if (operation.op === "apply") live.add(operation.object.name);
      if (operation.op === "delete") live.delete(operation.name);
    }
    return { step, before, after: new Set(live) };
  });
}

it("lists every scenario file, each under its own name", () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => /^.+\.ts$/.test(file) && !/^all\.|\.test\.ts$/.test(file))
    .map((file) => file.replace(/\.ts$/, ""));
  expect(scenarios.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
});

it("knows the networks that the harness gives a cluster", () => {
  expect([clusterCidrs.pod, clusterCidrs.service]).toEqual([networks.podCidr, networks.serviceCidr]);
  expect(clusterCidrs6.pod).toBe(networks.podCidr6);
});

it("finds an engine's name in code, and none in comments and sources", () => {
  expect(codeOf('title: "kube-vip follows",')).toMatch(engineNames);
  expect(
    codeOf('/** kube-vip */\n// kube-proxy\nsources: [\n  "https://github.com/kube-vip/x",\n],'),
  ).not.toMatch(engineNames);
});

it("takes rules that outlived the engine for no evidence that it has synced", () => {
  const world = createWorld({ ...networks, seed: 1, attemptName: "test", nodes: nodesFor(egressSigterm) });
  const steps = egressSigterm.steps(world);
  expect(startsWithoutEvidence(steps)).toEqual([]);
  const bad = steps.map((step) => (startsEngine(step) ? { ...step, expect: step.expect.slice(0, 1) } : step));
  expect(startsWithoutEvidence(bad)).toEqual(["engine-started"]);
});

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (name, scenario) => {
  const { steps, canary, drawn } = play(scenario, 1);

  it("names features, never an engine", () => {
    const text = readFileSync(join(import.meta.dirname, `${name}.ts`), "utf8");
    expect(codeOf(text)).not.toMatch(engineNames);
    expect(name.startsWith(`${areas[scenario.feature]}-`)).toBe(true);
    expect(scenario.sources.length).toBeGreaterThan(0);
    for (const source of scenario.sources) expect(source).toMatch(/^https:\/\/\S+$/);
  });

  it("is the same for the same seed and draws other values for another", () => {
    const again = play(scenario, 1);
    expect({ steps: again.steps, canary: again.canary }).toEqual({ steps, canary });
    const other = play(scenario, 2);
    expect(other.steps.map((step) => step.name)).toEqual(steps.map((step) => step.name));
    expect(other.steps).not.toEqual(steps);
  });

  it("has steps with unique kebab-case names that each do something", () => {
    const names = steps.map((step) => step.name);
    expect(new Set(names).size).toBe(names.length);
    for (const step of steps) {
      expect(step.name).toMatch(kebab);
      expect(step.operations.length).toBeGreaterThan(0);
    }
  });

  it("expects something to be there, and every change but an outage to be seen", () => {
    expect(steps.some(({ expect: wanted }) => wanted.some(({ present }) => present))).toBe(true);
    for (const step of steps) {
      const stopped = stoppedNodes(step);
      for (const { intent } of step.expect) expect(stopped).not.toContain(intent.node);
      const early = scenario.startEngines === false && step === steps[0];
      // Where an engine is left it may see the change, or take its time until another step.
      if (stopped.size > 0 && stopped.size < scenario.nodes) continue;
      expect(step.expect.length > 0, step.name).toBe(stopped.size === 0 && !early);
    }
  });

  it("watches the engine rest more than once or not at all, and each time as long", () => {
    const rests = steps.flatMap(({ observe }) => (observe === undefined ? [] : [observe.forMs]));
    expect(rests.length === 1 ? "once" : [...new Set(rests)]).toHaveLength(rests.length === 0 ? 0 : 1);
  });

  it("shows after each start of the engine that it has synced", () => {
    expect(startsWithoutEvidence(steps)).toEqual([]);
  });

  it("deletes only what is there, and names only nodes that there are", () => {
    const nodes = nodesFor(scenario).map((node) => node.name);
    for (const { step, before } of lifeOf(steps)) {
      const live = new Set(before);
      for (const operation of step.operations) {
        if (operation.op === "apply") live.add(operation.object.name);
        if (operation.op === "delete") expect(live.delete(operation.name), operation.name).toBe(true);
        if (operation.op !== "apply" && operation.op !== "delete") expect(nodes).toContain(operation.node);
      }
      for (const { intent } of step.expect) expect(nodes).toContain(intent.node);
      for (const check of step.traffic ?? []) expect(nodes).toContain(check.node);
    }
  });

  it("draws from the world every name and address that it uses", () => {
    const { egressCidrs, addressPool = "" } = scenario.settings;
    const known = [egressCidrs?.pod, egressCidrs?.service, networks.podCidr, networks.serviceCidr];
    const own = nodesFor(scenario).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]);
    const given = [...own, addressPool.replace(/\/\d+$/, "")];
    const intents = [...steps.flatMap((step) => step.expect.map(({ intent }) => intent)), ...canary.expect];
    const { controlPlaneVip } = scenario.settings;
    for (const value of intents.flatMap(valuesOf).filter((each) => each !== controlPlaneVip))
      expect([...drawn, ...given]).toContain(value);
    for (const { intent, present } of steps.flatMap((step) => step.expect)) {
      if (intent.kind === "input-exempt") expect([networks.serviceCidr]).toContain(intent.cidr);
      if (intent.kind !== "egress-exempt") continue;
      expect(present ? known : assumedCidrs).toContain(intent.cidr);
    }
    for (const check of steps.flatMap((step) => step.traffic ?? [])) {
      const values = valuesOfCheck(check);
      for (const value of values) expect(drawn).toContain(value);
      if (check.kind === "reach") expect(own).toContain(check.address);
      if (check.kind === "service" && !own.includes(check.address)) expect(drawn).toContain(check.address);
    }
    for (const operation of steps.flatMap((step) => step.operations)) {
      if (operation.op === "apply") expect(drawn).toContain(operation.object.name);
    }
  });

  it("ends with a canary that has nothing in common with the steps", () => {
    expect(canary.expect.length).toBeGreaterThan(0);
    const text = JSON.stringify(steps);
    expect(text).not.toContain(`"${canary.object.name}"`);
    for (const value of canary.expect.flatMap(valuesOf)) expect(text).not.toContain(`"${value}"`);
  });
});

it("gives every object of one scenario values that no other object has, unless they belong together", () => {
  for (const scenario of scenarios) {
    const { drawn, world } = play(scenario, 3);
    const pods = world.pods.map(({ address }) => address);
    expect(new Set(pods).size).toBe(pods.length);
    expect(drawn.size).toBeGreaterThan(pods.length);
  }
});
