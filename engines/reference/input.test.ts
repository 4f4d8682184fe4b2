import { describe, expect, test } from "vitest";
import { Applier } from "./apply.ts";
import { sound, type Behaviour } from "./behaviour.ts";
import { nothing, type Desired } from "./desired.ts";
import { inputChain, type Wording } from "./input.ts";
import { ModelKernel } from "./model-kernel.fixture.ts";
import { mutants } from "./mutants/all.ts";
import { desiredPolicies } from "./policies.ts";

const jump = `-m comment --comment leakproof-reference -j ${inputChain}`;
const foreign = "-s 198.18.0.1/32 -j ACCEPT";
const policies = [{ owner: "shop/web", pod: "10.1.0.5", port: 8080, clients: ["10.1.0.6"] }];
const desired: Desired = { ...nothing, policies };

function start(kernel: ModelKernel, behaviour: Behaviour = sound, wording: Wording = "v2"): Applier {
  const input = { services: "10.97.0.0/16", wording };
  return new Applier({ kernel, behaviour, routes: { table: 200, interface: "eth0" }, input });
}

function mutant(name: string): Behaviour {
  const found = mutants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no mutant ${name}`);
  return found.behaviour();
}

const rulesOf = (kernel: ModelKernel, chain: string = inputChain) => kernel.chain("filter", chain);

describe("the chain for what comes in", () => {
  test("lets services and clients pass, and nobody else to the pod, before anybody's rules", async () => {
    const kernel = new ModelKernel();
    rulesOf(kernel, "INPUT")?.push(foreign);
    await start(kernel).apply(desired);
    expect(rulesOf(kernel)).toEqual([
      "-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
      '-d 10.97.0.0/16 -m comment --comment "network of the services" -j RETURN',
      '-s 10.1.0.6/32 -d 10.1.0.5/32 -p tcp -m tcp --dport 8080 -m comment --comment "shop/web" -j RETURN',
      '-d 10.1.0.5/32 -m comment --comment "shop/web" -j REJECT --reject-with icmp-port-unreachable',
    ]);
    expect(rulesOf(kernel, "INPUT")).toEqual([jump, foreign]);
    expect(rulesOf(kernel, "FORWARD")).toEqual([jump]);
  });

  test("goes to the front again with a new process, in one write, and goes away whole", async () => {
    const kernel = new ModelKernel();
    await start(kernel).apply(desired);
    rulesOf(kernel, "INPUT")?.unshift(foreign);
    const writes = kernel.writes;
    const next = start(kernel);
    await next.apply(desired);
    expect([kernel.writes, rulesOf(kernel, "INPUT")]).toEqual([writes + 1, [jump, foreign]]);
    await next.apply(desired);
    expect(kernel.writes).toBe(writes + 1);
    await next.apply(nothing);
    expect([rulesOf(kernel, "INPUT"), rulesOf(kernel)]).toEqual([[foreign], undefined]);
  });

  test("is not there where policies are none of its business", async () => {
    const kernel = new ModelKernel();
    const routes = { table: 200, interface: "eth0" };
    await new Applier({ kernel, behaviour: sound, routes }).apply(desired);
    expect(rulesOf(kernel)).toBeUndefined();
  });

  test("goes when a new process has nothing to do with policies; with the mutant it stays", async () => {
    const routes = { table: 200, interface: "eth0" };
    for (const [behaviour, rules] of [
      [sound, undefined],
      [mutant("former-settings-stay"), 4],
    ] as const) {
      const kernel = new ModelKernel();
      rulesOf(kernel, "INPUT")?.push(foreign);
      await start(kernel).apply(desired);
      await new Applier({ kernel, behaviour, routes }).apply(nothing);
      expect(rulesOf(kernel)?.length).toBe(rules);
      expect(rulesOf(kernel, "INPUT")).toContain(foreign);
    }
  });

  test("is put back where somebody has deleted it; the mutant puts back what is new alone", async () => {
    const changed = { ...nothing, policies: [...policies, { ...policies[0], pod: "10.1.0.9" }] } as Desired;
    const seen: (number | undefined)[] = [];
    for (const behaviour of [sound, mutant("trusts-its-memory")]) {
      const kernel = new ModelKernel();
      const applier = start(kernel, behaviour);
      await applier.apply(desired);
      rulesOf(kernel)?.splice(0);
      await applier.apply(changed);
      seen.push(rulesOf(kernel)?.length);
    }
    expect(seen).toEqual([6, 2]);
  });

  test("of the mutant that flushes INPUT takes the rules of others along", async () => {
    const kernel = new ModelKernel();
    await start(kernel).apply(desired);
    rulesOf(kernel, "INPUT")?.unshift(foreign);
    await start(kernel, mutant("input-flushed-for-jump")).apply(desired);
    expect(rulesOf(kernel, "INPUT")).toEqual([jump]);
  });

  test("of the mutant that syncs for every change is written again and again, and stays as it is", async () => {
    const kernel = new ModelKernel();
    const applier = start(kernel, mutant("rewrites-for-every-change"));
    const perRound: number[] = [];
    for (const pod of ["10.1.0.5", "10.1.0.6", "10.1.0.7"]) {
      const state = { ...nothing, policies: [{ owner: "shop/web", pod, port: 8080, clients: [] }] };
      await applier.apply(state);
      const before = kernel.writes;
      await applier.apply(state);
      perRound.push(kernel.writes - before);
      expect(rulesOf(kernel)).toHaveLength(3);
    }
    expect(perRound).toEqual([0, 1, 2]);
  });

  test("after an upgrade has the new words alone; the mutant keeps the old ones as well", async () => {
    const [kernel, broken] = [new ModelKernel(), new ModelKernel()];
    for (const each of [kernel, broken]) await start(each, sound, "v1").apply(desired);
    await start(kernel).apply(desired);
    await start(broken, mutant("orphan-after-upgrade")).apply(desired);
    expect(rulesOf(kernel)).toHaveLength(4);
    expect(rulesOf(broken)).toEqual([
      "-d 10.97.0.0/16 -m comment --comment services -j RETURN",
      ...(rulesOf(kernel) ?? []),
    ]);
  });

  test("of the mutant that moves its jump in two writes is there twice for ever after a kill between them", async () => {
    const name = "jump-inserted-then-deleted";
    const kernel = new ModelKernel();
    await start(kernel).apply(desired);
    rulesOf(kernel, "INPUT")?.unshift(foreign);
    const restore = kernel.restore.bind(kernel);
    kernel.restore = async (lines, family) => {
      await restore(lines, family);
      throw new Error("killed");
    };
    await expect(start(kernel, mutant(name)).apply(desired)).rejects.toThrow("killed");
    kernel.restore = restore;
    const next = start(kernel, mutant(name));
    for (let round = 0; round < 3; round++) await next.apply(desired);
    expect(rulesOf(kernel, "INPUT")).toEqual([jump, foreign, jump]);
    await start(kernel).apply(desired);
    expect(rulesOf(kernel, "INPUT")).toEqual([jump, foreign]);
  });
});

describe("desiredPolicies", () => {
  const pod = (name: string, ip: string, node: string, label: string) => ({
    metadata: { namespace: "shop", name, labels: { app: label } },
    spec: { nodeName: node },
    status: { podIP: ip },
  });
  const select = (label: string) => ({ podSelector: { matchLabels: { app: label } } });
  const policy = {
    metadata: { namespace: "shop", name: "web" },
    spec: { ...select("web"), ingress: [{ from: [select("client")], ports: [{ port: 8080 }] }] },
  };

  test("guards pods of this node, and lets clients of all nodes in", () => {
    const pods = [
      pod("a", "10.1.0.5", "n1", "web"),
      pod("b", "10.2.0.5", "n2", "web"),
      pod("c", "10.2.0.6", "n2", "client"),
      {
        ...pod("d", "10.1.0.7", "n1", "client"),
        metadata: { namespace: "other", labels: { app: "client" } },
      },
      pod("e", "", "n1", "client"),
    ];
    expect(desiredPolicies([policy], pods, "n1")).toEqual([
      { owner: "shop/web", pod: "10.1.0.5", port: 8080, clients: ["10.2.0.6"] },
    ]);
    expect(desiredPolicies([policy], [], "n1")).toEqual([]);
  });
});
