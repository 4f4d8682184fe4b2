import { describe, expect, test } from "vitest";
import { Applier } from "./apply.ts";
import { sound } from "./behaviour.ts";
import { desiredState, nothing } from "./desired.ts";
import { ModelKernel } from "./model-kernel.fixture.ts";
import { isOwnVip, parseVips, renderVips } from "./vips.ts";

const home = { interface: "eth0", version: "v3" } as const;
const foreign = { local: "192.0.2.9", prefixLength: 32, label: "eth0" };

function service(name: string, vip: string, spec: object = { type: "LoadBalancer" }): object {
  const annotations = { "leakproof.dev/address": "true", "leakproof.dev/vip": vip };
  return { metadata: { namespace: "shop", name, annotations }, spec };
}

function slice(name: string, ...nodes: readonly string[]): object {
  return {
    metadata: { namespace: "shop", name, labels: { "kubernetes.io/service-name": name } },
    endpoints: nodes.map((nodeName, index) => ({ addresses: [`10.1.0.${index + 1}`], nodeName })),
  };
}

function wishesOf(services: readonly object[], slices: readonly object[]) {
  const { vips, claimed, refused } = desiredState({
    services,
    slices,
    exempt: [],
    node: "n1",
    leaderElection: true,
  });
  return { vips, claimed, refused };
}

describe("addresses on an interface", () => {
  test("are read as ip prints them, and told from others by length and label", () => {
    const json = JSON.stringify([
      {
        ifname: "eth0",
        addr_info: [
          { family: "inet", local: "172.30.0.10", prefixlen: 24, label: "eth0" },
          { family: "inet", local: "172.31.4.4", prefixlen: 32, label: "eth0:vip" },
          { family: "inet", local: "172.31.4.5", prefixlen: 32, label: "eth0:other" },
        ],
      },
    ]);
    expect(parseVips(json).map((address) => isOwnVip(address, home))).toEqual([false, true, false]);
    expect(isOwnVip({ local: "172.31.0.0", prefixLength: 24, label: "eth0:leakproof" }, home)).toBe(false);
    expect(parseVips("")).toEqual([]);
  });

  test("differ by what is written, in one batch", () => {
    expect(renderVips(["172.31.4.4"], ["172.31.4.5"], home)).toEqual([
      "addr del 172.31.4.4/32 dev eth0",
      "addr add 172.31.4.5/32 dev eth0 label eth0:leakproof",
    ]);
    expect(renderVips(["172.31.4.4"], ["172.31.4.4"], home)).toEqual([]);
  });

  test("are brought to what is wanted, those of other versions too, and nobody else's is touched", async () => {
    const kernel = new ModelKernel();
    kernel.vips.push(foreign, { local: "172.31.4.4", prefixLength: 32, label: "eth0:vip" });
    const start = () =>
      new Applier({ kernel, behaviour: sound, routes: { table: 200, interface: "eth0" }, vips: home });
    await start().apply({ ...nothing, vips: ["172.31.4.5"] });
    expect(kernel.vips.map(({ local }) => local)).toEqual(["192.0.2.9", "172.31.4.5"]);
    const { writes } = kernel;
    await start().apply({ ...nothing, vips: ["172.31.4.5"] });
    expect(kernel.writes).toBe(writes);
    await start().apply(nothing);
    expect(kernel.vips).toEqual([foreign]);
  });

  test("are none of its business where nobody asks for them", async () => {
    const kernel = new ModelKernel();
    const before = { local: "172.31.4.4", prefixLength: 32, label: "eth0:vip" };
    kernel.vips.push(before);
    const routes = { table: 200, interface: "eth0" };
    await new Applier({ kernel, behaviour: sound, routes }).apply({ ...nothing, vips: ["172.31.4.5"] });
    expect(kernel.vips).toEqual([before]);
  });
});

describe("who could hold a VIP", () => {
  test("is any node with a pod of a Service that has it; all know of it", () => {
    const services = [service("a", "172.31.4.4"), service("b", "172.31.4.5"), service("c", "172.31.4.4")];
    const slices = [slice("a", "n2", "n1"), slice("b", "n2"), slice("c", "n2")];
    expect(wishesOf(services, slices)).toEqual({
      vips: ["172.31.4.4"],
      claimed: ["172.31.4.4", "172.31.4.5"],
      refused: [],
    });
  });

  test("nobody where the Service is no load balancer any more, or its VIP cannot be marked", () => {
    const services = [service("a", "172.31.4.4", { type: "ClusterIP" }), service("b", "fd00:31::1")];
    const { vips, claimed, refused } = wishesOf(services, [slice("a", "n1"), slice("b", "n1")]);
    expect([vips, claimed]).toEqual([[], []]);
    expect(refused).toEqual([expect.stringContaining("fd00:31::1")]);
  });
});
