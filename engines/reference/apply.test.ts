import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Applier } from "./apply.ts";
import { sound, type Behaviour } from "./behaviour.ts";
import { nothing, type Desired } from "./desired.ts";
import { baseChains, egressChain, egressTables, wantedRules } from "./egress.ts";
import { ModelKernel } from "./model-kernel.fixture.ts";
import type { KernelRoute } from "./routes.ts";

const routes = { table: 200, interface: "eth0" };

function start(kernel: ModelKernel, behaviour: Behaviour = sound): Applier {
  return new Applier({ kernel, behaviour, routes });
}

function desired(pods: readonly string[], vips: readonly string[] = []): Desired {
  const egress = pods.map((pod) => ({
    owner: "shop/web",
    pod,
    vip: pod.includes(":") ? "fd00:9::1" : "192.0.2.1",
  }));
  return {
    ...nothing,
    egress,
    exempt: ["10.1.0.0/16"],
    routes: vips.map((vip) => ({ owner: "shop/r", vip })),
  };
}

const foreignRoute: KernelRoute = {
  type: "unicast",
  dst: "198.18.0.1",
  dev: "eth0",
  protocol: "77",
  gateway: undefined,
};
const foreignRule = "-s 198.18.0.1/32 -j ACCEPT";

/** A kernel with somebody else's rule in each base chain, and a route of theirs in our table. */
function busyKernel(): ModelKernel {
  const kernel = new ModelKernel();
  for (const table of egressTables) kernel.chain(table, baseChains[table])?.push(foreignRule);
  kernel.routes[4].push(foreignRoute);
  return kernel;
}

function ownRules(kernel: ModelKernel, table: (typeof egressTables)[number]): readonly string[] {
  return (kernel.chain(table, egressChain) ?? []).map((rule) => `-A ${egressChain} ${rule}`);
}

describe("the sound engine", () => {
  test("programs a pod in the order exempt, mark and jump first of all", async () => {
    const kernel = busyKernel();
    await start(kernel).apply(desired(["10.1.0.5"]));
    expect(kernel.chain("mangle", egressChain)).toEqual([
      "-d 10.1.0.0/16 -j RETURN",
      '-s 10.1.0.5/32 -m comment --comment "shop/web" -j MARK --set-xmark 0x200/0x200',
    ]);
    expect(kernel.chain("nat", egressChain)).toEqual([
      '-s 10.1.0.5/32 -m mark --mark 0x200/0x200 -m comment --comment "shop/web" -j SNAT --to-source 192.0.2.1',
    ]);
    expect(kernel.chain("nat", "POSTROUTING")).toEqual([
      `-m comment --comment leakproof-reference -j ${egressChain}`,
      foreignRule,
    ]);
    expect(kernel.chainNames("nat", 6)).toEqual(["POSTROUTING"]);
  });

  test("translates packets to the listed ports alone, and forgets a port that is no longer listed", async () => {
    const kernel = new ModelKernel();
    const applier = start(kernel);
    const wish = { owner: "shop/web", pod: "10.1.0.5", vip: "192.0.2.1" };
    const [udp, tcp] = [{ protocol: "udp", port: 53 } as const, { protocol: "tcp", port: 443 } as const];
    const rule = (protocol: string, port: number): string =>
      `-s 10.1.0.5/32 -p ${protocol} -m mark --mark 0x200/0x200 -m ${protocol} --dport ${port} -m comment --comment "shop/web" -j SNAT --to-source 192.0.2.1`;
    await applier.apply({ ...nothing, egress: [{ ...wish, ports: [udp, tcp] }] });
    expect(kernel.chain("nat", egressChain)).toEqual([rule("udp", 53), rule("tcp", 443)]);
    await applier.apply({ ...nothing, egress: [{ ...wish, ports: [tcp] }] });
    expect(kernel.chain("nat", egressChain)).toEqual([rule("tcp", 443)]);
    expect(kernel.endedFlows).toContain("10.1.0.5");
  });

  test("clears the tables of a back end that it no longer writes to, and leaves routes and others alone", async () => {
    const kernel = busyKernel();
    await start(kernel).apply(desired(["10.1.0.5", "fd00::5"], ["192.0.2.7"]));
    await start(kernel).clearTables();
    for (const table of egressTables) {
      expect(kernel.chainNames(table)).toEqual([baseChains[table]]);
      expect(kernel.chainNames(table, 6)).toEqual([baseChains[table]]);
      expect(kernel.chain(table, baseChains[table])).toEqual([foreignRule]);
    }
    expect(kernel.routes[4].map(({ dst }) => dst)).toEqual([foreignRoute.dst, "192.0.2.7"]);
  });

  test("keeps v4 and v6 apart", async () => {
    const kernel = new ModelKernel();
    await start(kernel).apply(desired(["fd00::5"]));
    expect(kernel.chain("mangle", egressChain, 6)).toHaveLength(1);
    expect(kernel.chainNames("mangle", 4)).toEqual(["PREROUTING"]);
  });

  test("writes nothing where nothing is to change", async () => {
    const kernel = busyKernel();
    const applier = start(kernel);
    await applier.apply(desired(["10.1.0.5"], ["192.0.2.7"]));
    const writes = kernel.writes;
    await applier.apply(desired(["10.1.0.5"], ["192.0.2.7"]));
    await start(kernel).apply(desired(["10.1.0.5"], ["192.0.2.7"]));
    expect(kernel.writes).toBe(writes);
  });

  test("repairs a jump that is lost or there twice, and a chain that somebody changed", async () => {
    const kernel = busyKernel();
    const applier = start(kernel);
    await applier.apply(desired(["10.1.0.5"]));
    const jumps = kernel.chain("nat", "POSTROUTING") ?? [];
    jumps.push(jumps[0] ?? "");
    kernel.chain("mangle", "PREROUTING")?.shift();
    kernel.chain("mangle", egressChain)?.pop();
    await applier.apply(desired(["10.1.0.5"]));
    expect(jumps.filter((rule) => rule.endsWith(egressChain))).toHaveLength(1);
    expect(kernel.chain("mangle", "PREROUTING")?.[0]).toContain(egressChain);
    expect(kernel.chain("mangle", egressChain)).toHaveLength(2);
  });

  test("ends the flows of a pod whose translation changes, and of no other", async () => {
    const kernel = new ModelKernel();
    const applier = start(kernel);
    await applier.apply(desired(["10.1.0.5", "10.1.0.6"]));
    kernel.endedFlows.length = 0;
    await applier.apply(desired(["10.1.0.6", "10.1.0.7"]));
    expect(kernel.endedFlows.toSorted()).toEqual(["10.1.0.5", "10.1.0.7"]);
  });

  test.each<[string, Partial<KernelRoute>]>([
    ["with another protocol", { protocol: "77" }],
    ["of another type", { type: "blackhole", dev: "" }],
    ["by another interface", { dev: "eth1" }],
    ["through a gateway", { gateway: "172.30.0.9" }],
    ["to a network", { dst: "198.18.7.0/24" }],
  ])("leaves a route alone that is in its table, %s", async (_, change) => {
    const kernel = new ModelKernel();
    const own = { type: "unicast", dst: "198.18.7.7", dev: "eth0", protocol: "200", gateway: undefined };
    kernel.routes[4].push({ ...own, ...change });
    await start(kernel).apply(nothing);
    expect(kernel.routes[4]).toHaveLength(1);
  });
});

describe("always", () => {
  const pods = fc.subarray(["10.1.0.5", "10.1.0.6", "10.1.0.7", "fd00::5", "fd00::6"]);
  const vips = fc.subarray(["192.0.2.7", "192.0.2.8", "fd00:9::7"]);
  const round = fc.record({ pods, vips, restarted: fc.boolean() });

  test("whatever came before, the kernel holds what is wanted, and somebody else's things stay", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
        const kernel = busyKernel();
        let applier = start(kernel);
        for (const each of rounds) {
          if (each.restarted) applier = start(kernel);
          const state = desired(each.pods, each.vips);
          await applier.apply(state);
          for (const table of egressTables) {
            expect(ownRules(kernel, table)).toEqual(wantedRules(state, table, 4));
            expect(kernel.chain(table, baseChains[table])?.at(-1)).toBe(foreignRule);
          }
          expect(kernel.routes[4].map(({ dst }) => dst).toSorted()).toEqual(
            [foreignRoute.dst, ...each.vips.filter((vip) => vip.includes("."))].toSorted(),
          );
        }
        await start(kernel).apply(nothing);
        expect(kernel.routes).toEqual({ 4: [foreignRoute], 6: [] });
        for (const table of egressTables) {
          expect(kernel.chainNames(table)).toEqual([baseChains[table]]);
          expect(kernel.chain(table, baseChains[table])).toEqual([foreignRule]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
