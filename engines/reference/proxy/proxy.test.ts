import { describe, expect, test } from "vitest";
import { sound, type Behaviour } from "../behaviour.ts";
import { mutants } from "../mutants/all.ts";
import { ModelProxyKernel } from "./model-proxy-kernel.fixture.ts";
import { setName } from "./names.ts";
import { viewProxiedService, viewProxiedSlice } from "./objects.ts";
import { ServiceProxy } from "./proxy.ts";

const nodeAddresses = ["172.30.0.10", "fd00:30::a"] as const;
const foreign = "-s 198.18.0.1/32 -j ACCEPT";

interface Shape {
  readonly clusterIPs?: readonly string[];
  readonly nodePort?: number;
  readonly externalIPs?: readonly string[];
  readonly pods?: readonly string[];
  readonly port?: number;
}

/** A Service and its slice, as the API has them. */
function objectsOf(name: string, shape: Shape = {}) {
  const { clusterIPs = ["10.97.0.5"], nodePort, externalIPs = [], pods = ["10.1.0.5"], port = 80 } = shape;
  const metadata = { namespace: "shop", name };
  const ports = [{ name: "http", protocol: "TCP", port, ...(nodePort === undefined ? {} : { nodePort }) }];
  return {
    service: {
      metadata,
      spec: { type: "NodePort", clusterIP: clusterIPs[0], clusterIPs, externalIPs, ports },
    },
    slice: {
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": name } },
      endpoints: [{ addresses: pods, conditions: { ready: true } }],
      ports: [{ name: "http", protocol: "TCP", port: 8080 }],
    },
  };
}

type Objects = ReturnType<typeof objectsOf>;

function start(kernel: ModelProxyKernel, { behaviour = sound, isIpvs = false } = {}) {
  const proxy = new ServiceProxy({ kernel, behaviour, nodeAddresses, isIpvs });
  return {
    apply: (...objects: readonly Objects[]) =>
      proxy.apply(
        objects.flatMap(({ service }) => viewProxiedService(service) ?? []),
        objects.map(({ slice }) => viewProxiedSlice(slice)),
      ),
    clean: () => proxy.clean(),
  };
}

function mutant(name: string): Behaviour {
  const found = mutants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no mutant ${name}`);
  return found.behaviour();
}

/** Members by set, without sets that hold nothing. */
function held(kernel: ModelProxyKernel): Readonly<Record<string, readonly string[]>> {
  const all = [...kernel.sets.keys()].map((name) => [name, kernel.members(name) ?? []] as const);
  return Object.fromEntries(all.filter(([, members]) => members.length > 0));
}

const atRest = {
  "leakproof-local-ips-4": ["172.30.0.10"],
  "leakproof-local-ips-6": ["fd00:30::a"],
};
const served = {
  ...atRest,
  "leakproof-svip-4": ["10.97.0.5", "172.30.0.10"],
  "leakproof-svip-port-4": ["10.97.0.5,tcp:80", "172.30.0.10,tcp:30080"],
};

describe("the service proxy", () => {
  test("keeps what Services come in at, and the node's own addresses, and a chain that asks for both", async () => {
    const kernel = new ModelProxyKernel();
    kernel.chain("filter", "INPUT")?.push(foreign);
    await start(kernel).apply(objectsOf("web", { nodePort: 30080 }));
    expect(held(kernel)).toEqual(served);
    expect(kernel.chain("filter", "LEAKPROOF-SERVICES")).toEqual([
      "-p icmp -j RETURN",
      "-m set --match-set leakproof-svip-port-4 dst,dst -j RETURN",
      "-m set ! --match-set leakproof-local-ips-4 dst -j REJECT --reject-with icmp-port-unreachable",
    ]);
    expect(kernel.chain("filter", "LEAKPROOF-SERVICES", 6)?.[0]).toBe("-p ipv6-icmp -j RETURN");
    expect(kernel.chain("filter", "INPUT")).toEqual([
      "-m set --match-set leakproof-svip-4 dst -m comment --comment leakproof-reference -j LEAKPROOF-SERVICES",
      foreign,
    ]);
  });

  test("writes nothing where all is there, follows a change, and is as before when the Service has gone", async () => {
    const kernel = new ModelProxyKernel();
    const proxy = start(kernel);
    await proxy.apply();
    expect(held(kernel)).toEqual(atRest);
    await proxy.apply(objectsOf("web", { nodePort: 30080 }));
    const { writes } = kernel;
    await start(kernel).apply(objectsOf("web", { nodePort: 30080 }));
    expect(kernel.writes).toBe(writes);
    await proxy.apply(objectsOf("web", { nodePort: 30081, port: 81 }));
    expect(kernel.members(setName("svip-port", 4))).toEqual(["10.97.0.5,tcp:81", "172.30.0.10,tcp:30081"]);
    await start(kernel).apply();
    expect(held(kernel)).toEqual(atRest);
  });

  test("makes the node's address one that Services come in at only once it is known as its own", async () => {
    const kernel = new ModelProxyKernel();
    await start(kernel).apply(objectsOf("web", { nodePort: 30080 }));
    const added = kernel.calls[0]?.split("\n").filter((line) => line.startsWith("add ")) ?? [];
    expect(added.indexOf("add leakproof-local-ips-4 172.30.0.10")).toBeLessThan(
      added.indexOf("add leakproof-svip-4 172.30.0.10"),
    );
    expect(added.indexOf("add leakproof-svip-port-4 172.30.0.10,tcp:30080")).toBeLessThan(
      added.indexOf("add leakproof-svip-4 172.30.0.10"),
    );
  });

  test("serves both families of a Service that has both, and a node port at the addresses of its families alone", async () => {
    const kernel = new ModelProxyKernel();
    const both = { clusterIPs: ["10.97.0.5", "fd00:97::5"], nodePort: 30080 };
    await start(kernel).apply(objectsOf("web", both));
    expect(kernel.members(setName("svip", 6))).toEqual(["fd00:30::a", "fd00:97::5"]);
    expect(kernel.members(setName("svip", 4))).toEqual(["10.97.0.5", "172.30.0.10"]);
    await start(kernel).apply(objectsOf("web", { clusterIPs: ["fd00:97::5"], nodePort: 30080 }));
    expect(kernel.members(setName("svip", 4))).toEqual([]);
  });

  test("leaves sets and rules of others as they are, and nothing of its own", async () => {
    const kernel = new ModelProxyKernel();
    kernel.sets.set("somebody-else", new Set(["198.18.0.1"]));
    kernel.chain("filter", "INPUT")?.push(foreign);
    const proxy = start(kernel);
    await proxy.apply(objectsOf("web", { nodePort: 30080 }));
    await proxy.clean();
    expect(held(kernel)).toEqual({ "somebody-else": ["198.18.0.1"] });
    expect([...kernel.sets.keys()]).toEqual(["somebody-else"]);
    expect(kernel.chain("filter", "INPUT")).toEqual([foreign]);
    expect(kernel.chain("filter", "LEAKPROOF-SERVICES", 6)).toBeUndefined();
  });

  test("goes on from whatever a kill left", async () => {
    for (let writes = 0; writes < 6; writes++) {
      const kernel = new ModelProxyKernel();
      const [restore, command] = [kernel.restore.bind(kernel), kernel.command.bind(kernel)];
      const mortal = <T>(result: Promise<T>): Promise<T> => {
        if (kernel.writes <= writes) return result;
        throw new Error("killed");
      };
      kernel.restore = async (...args) => mortal(restore(...args));
      kernel.command = async (...args) => mortal(command(...args));
      await start(kernel)
        .apply(objectsOf("web", { nodePort: 30080 }))
        .catch(() => undefined);
      Object.assign(kernel, { restore, command });
      await start(kernel).apply(objectsOf("web", { nodePort: 30080 }));
      expect(held(kernel), String(writes)).toEqual(served);
      expect(kernel.chain("filter", "INPUT"), String(writes)).toHaveLength(1);
    }
  });
});

describe("virtual servers", () => {
  const api = "-A -t 172.30.0.10:6443 -s rr";

  test("lead to the pods, and those of others stay", async () => {
    const kernel = new ModelProxyKernel();
    kernel.servers.push(api);
    const proxy = start(kernel, { isIpvs: true });
    await proxy.apply(objectsOf("web", { nodePort: 30080, pods: ["10.1.0.5", "10.1.0.6"] }));
    expect(kernel.servers.toSorted()).toEqual(
      [
        api,
        ...["-t 10.97.0.5:80", "-t 172.30.0.10:30080"].flatMap((key) => [
          `-A ${key} -s rr`,
          `-a ${key} -r 10.1.0.5:8080 -m -w 1`,
          `-a ${key} -r 10.1.0.6:8080 -m -w 1`,
        ]),
      ].toSorted(),
    );
    expect(kernel.links.get("leakproof-ipvs")).toEqual(["10.97.0.5"]);
    expect(kernel.members(setName("local-ips", 4))).toEqual(["172.30.0.10"]);
    await start(kernel, { isIpvs: true }).apply(objectsOf("web", { pods: ["10.1.0.6"] }));
    expect(kernel.servers).toEqual([
      api,
      "-A -t 10.97.0.5:80 -s rr",
      "-a -t 10.97.0.5:80 -r 10.1.0.6:8080 -m -w 1",
    ]);
    await start(kernel, { isIpvs: true }).clean();
    expect([kernel.servers, kernel.links.has("leakproof-ipvs"), kernel.sets.size]).toEqual([[api], false, 0]);
  });
});

describe("mutants of it", () => {
  const web = objectsOf("web", { nodePort: 30080 });

  /** What sets hold after these states, the last of another process where it is asked for. */
  async function after(name: string | undefined, ...states: readonly (readonly Objects[])[]) {
    const kernel = new ModelProxyKernel();
    kernel.sets.set("somebody-else", new Set(["198.18.0.1"]));
    kernel.links.set("docker0", ["172.17.0.1"]);
    const behaviour = name === undefined ? sound : mutant(name);
    const proxy = start(kernel, { behaviour });
    for (const objects of states) await proxy.apply(...objects);
    return held(kernel);
  }

  test.each<[string, readonly (readonly Objects[])[], string, readonly string[] | undefined]>([
    ["set-members-only-added", [[web], []], "leakproof-svip-4", served["leakproof-svip-4"]],
    [
      "temporary-set-reused",
      [[web], [objectsOf("web", { nodePort: 30081, port: 8081 })], []],
      "leakproof-svip-port-4",
      served["leakproof-svip-port-4"],
    ],
    ["node-address-is-no-local-one", [[web]], "leakproof-local-ips-4", undefined],
    ["own-addresses-of-ipv4-alone", [[web]], "leakproof-local-ips-6", undefined],
    ["own-addresses-by-interface-name", [[web]], "leakproof-local-ips-4", ["172.30.0.10"]],
    [
      "external-address-is-no-local-one",
      [[objectsOf("web", { externalIPs: ["172.30.0.10"] })]],
      "leakproof-local-ips-4",
      ["172.17.0.1"],
    ],
    [
      "second-family-forgotten",
      [[objectsOf("web", { clusterIPs: ["10.97.0.5", "fd00:97::5"] })]],
      "leakproof-svip-6",
      undefined,
    ],
    ["foreign-sets-flushed", [[web]], "somebody-else", undefined],
    [
      "shared-member-goes-with-the-first",
      [[web, objectsOf("other", { clusterIPs: ["10.97.0.6"], nodePort: 30081 })], [web]],
      "leakproof-svip-4",
      ["10.97.0.5"],
    ],
  ])("%s does what it says, and the sound engine does not", async (name, states, set, members) => {
    const broken = await after(name, ...states);
    expect(broken[set]).toEqual(members);
    expect((await after(undefined, ...states))[set]).not.toEqual(members);
  });

  test("set-members-found-are-kept keeps what another process left", async () => {
    for (const [name, isKept] of [
      ["set-members-found-are-kept", true],
      [undefined, false],
    ] as const) {
      const kernel = new ModelProxyKernel();
      await start(kernel).apply(web);
      const next = start(kernel, { behaviour: name === undefined ? sound : mutant(name) });
      await next.apply();
      await next.apply();
      expect((kernel.members(setName("svip", 4)) ?? []).length > 0).toBe(isKept);
    }
  });
});
