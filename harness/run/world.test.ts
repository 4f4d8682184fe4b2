import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeRef, World } from "../model/scenario.ts";
import { rangeOfCidr } from "./address-range.ts";
import { createWorld, type WorldNetworks } from "./world.ts";

const first: NodeRef = { name: "lp-n1", ipv4: "172.30.1.11", ipv6: "fd00:30:1::11" };
const second: NodeRef = { name: "lp-n2", ipv4: "172.30.1.12", ipv6: "fd00:30:1::12" };
const nodes: World["nodes"] = [first, second];
const networks: WorldNetworks = {
  podCidr: "10.244.0.0/16",
  podCidr6: "fd00:10:244::/48",
  serviceCidr: "10.97.0.0/16",
  serviceCidr6: "fd00:10:97::/112",
  vipCidr: "172.31.0.0/16",
  vipCidr6: "fd00:31::/64",
};

const draws: Record<string, (world: World) => string | number> = {
  name: (world) => world.name("web"),
  pod: (world) => world.pod(first),
  "pod on another node": (world) => world.pod(second),
  "v6 pod": (world) => world.pod(first, 6),
  vip: (world) => world.vip(),
  "v6 vip": (world) => world.vip(6),
  clusterIp: (world) => world.clusterIp(),
  nodePort: (world) => world.nodePort(),
};
const kinds = fc.array(fc.constantFrom(...Object.keys(draws)), { minLength: 1, maxLength: 150 });

it("never draws what is somebody else's", () => {
  const port = createWorld({ seed: 1, attemptName: "a", nodes, ...networks }).nodePort();
  const address = createWorld({ seed: 1, attemptName: "a", nodes, ...networks }).clusterIp();
  const taken = { addresses: new Set([address]), nodePorts: new Set([port]) };
  const make = () => createWorld({ seed: 1, attemptName: "a", nodes, ...networks, taken });
  expect(make().nodePort()).not.toBe(port);
  expect(make().clusterIp()).not.toBe(address);
});

it("has no service address of a family that the cluster has no network of", () => {
  const world = createWorld({ seed: 1, attemptName: "a", nodes, ...networks, serviceCidr6: "" });
  expect(() => world.clusterIp(6)).toThrow("existing/lacks");
});

function drawAll(world: World, order: readonly string[]): readonly (string | number)[] {
  return order.map((kind) => draws[kind]?.(world) ?? "");
}

function isInside(address: string, cidr: string): boolean {
  const range = rangeOfCidr(cidr);
  const { first: at } = rangeOfCidr(`${address}/${isIP(address) === 4 ? 32 : 128}`);
  return at >= range.first && at < range.first + range.size;
}

describe("createWorld", () => {
  it("never gives a value twice", () => {
    fc.assert(
      fc.property(fc.nat(), kinds, (seed, order) => {
        const values = drawAll(createWorld({ ...networks, seed, attemptName: "a", nodes }), order);
        expect(new Set(values).size).toBe(values.length);
      }),
    );
  });

  it("gives the same values for the same seed, attempt and order of calls", () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), kinds, (seed, attemptName, order) => {
        const options = { ...networks, seed, attemptName, nodes };
        expect(drawAll(createWorld(options), order)).toEqual(drawAll(createWorld(options), order));
      }),
    );
  });

  it("gives mostly other values for another seed or attempt", () => {
    const order = Array.from({ length: 20 }, () => "vip");
    const other = (seed: number, attemptName: string): readonly (string | number)[] =>
      drawAll(createWorld({ ...networks, seed, attemptName, nodes }), order);
    const base = new Set(other(1, "a"));
    expect(other(2, "a").filter((value) => base.has(value)).length).toBeLessThan(3);
    expect(other(1, "b").filter((value) => base.has(value)).length).toBeLessThan(3);
  });

  it("draws every address from its own network, in canonical spelling", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const world = createWorld({ ...networks, seed, attemptName: "a", nodes });
        expect(isInside(world.pod(first), "10.244.0.0/24")).toBe(true);
        expect(isInside(world.pod(second), "10.244.1.0/24")).toBe(true);
        expect(isInside(world.pod(second, 6), "fd00:10:244:1::/64")).toBe(true);
        expect(isInside(world.vip(), networks.vipCidr)).toBe(true);
        expect(isInside(world.vip(6), networks.vipCidr6)).toBe(true);
        expect(isInside(world.clusterIp(), "10.97.128.0/17")).toBe(true);
        const six = world.pod(first, 6);
        expect(new URL(`http://[${six}]`).hostname).toBe(`[${six}]`);
        const port = world.nodePort();
        expect(port).toBeGreaterThanOrEqual(30_000);
        expect(port).toBeLessThanOrEqual(32_767);
        expect(world.name("web")).toMatch(/^lp-web-[0-9a-z]{5}$/);
      }),
    );
  });

  it("tells the pods that were drawn, with their nodes", () => {
    const world = createWorld({ ...networks, seed: 1, attemptName: "a", nodes });
    const address = world.pod(second);
    const six = world.pod(first, 6);
    expect(world.pods).toEqual([
      { node: "lp-n2", address },
      { node: "lp-n1", address: six },
    ]);
  });

  it("says so when a network is used up, instead of giving an address again", () => {
    const world = createWorld({ ...networks, seed: 1, attemptName: "a", nodes, vipCidr: "172.31.0.0/29" });
    const given = Array.from({ length: 5 }, () => world.vip());
    expect(new Set(given).size).toBe(5);
    expect(() => world.vip()).toThrow("[cluster/exhausted] no unused VIP");
  });

  it("refuses a node of another attempt and a network without room for one", () => {
    const stranger: NodeRef = { ...first, name: "lp-n9" };
    const world = createWorld({ ...networks, seed: 1, attemptName: "a", nodes });
    expect(() => world.pod(stranger)).toThrow("[run/internal] node lp-n9");
    const small = createWorld({ ...networks, seed: 1, attemptName: "a", nodes, podCidr: "10.244.0.0/24" });
    expect(() => small.pod(second)).toThrow("[cluster/exhausted] network 10.244.0.0 has no /24 number 1");
    expect(() =>
      createWorld({ ...networks, seed: 1, attemptName: "a", nodes, vipCidr: "many" }).vip(),
    ).toThrow('[run/internal] "many" is no network');
  });
});
