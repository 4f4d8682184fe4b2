import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { desiredState, type DesiredInput } from "./desired.ts";
import { clusterCidrsOf } from "./objects.ts";

interface Wish {
  readonly name: string;
  readonly kind?: "egress" | "route";
  readonly vip: string;
  readonly annotated?: boolean;
  readonly deleting?: boolean;
  readonly type?: string;
}

function service({
  name,
  kind = "egress",
  vip,
  annotated = true,
  deleting = false,
  type = "LoadBalancer",
}: Wish): unknown {
  return {
    metadata: {
      name,
      namespace: "shop",
      annotations: { [`leakproof.dev/${kind}`]: "true", ...(annotated ? { "leakproof.dev/vip": vip } : {}) },
      ...(deleting ? { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["x/y"] } : {}),
    },
    spec: { type, loadBalancerIP: vip },
  };
}

function slice(
  name: string,
  ...endpoints: readonly (readonly [address: string, node: string, ready?: boolean])[]
): unknown {
  return {
    metadata: { name: `${name}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": name } },
    endpoints: endpoints.map(([address, nodeName, ready = true]) => ({
      addresses: [address],
      nodeName,
      conditions: { ready },
    })),
  };
}

function desired(services: readonly unknown[], slices: readonly unknown[], more: Partial<DesiredInput> = {}) {
  return desiredState({ services, slices, exempt: [], node: "n1", leaderElection: false, ...more });
}

describe("egress", () => {
  test("is made for ready local pods of the VIP's family, and for no other", () => {
    const backends = slice(
      "web",
      ["10.1.0.5", "n1"],
      ["10.1.0.6", "n2"],
      ["10.1.0.7", "n1", false],
      ["fd00::5", "n1"],
    );
    expect(desired([service({ name: "web", vip: "192.0.2.1" })], [backends]).egress).toEqual([
      { owner: "shop/web", pod: "10.1.0.5", vip: "192.0.2.1" },
    ]);
  });

  test("is about the ports alone that its annotation lists; what is no port there is left out", () => {
    const ported = (ports: string): unknown => ({
      metadata: {
        name: "web",
        namespace: "shop",
        annotations: { "leakproof.dev/egress": "true", "leakproof.dev/egress-ports": ports },
      },
      spec: { type: "LoadBalancer", loadBalancerIP: "192.0.2.1" },
    });
    const portsOf = (ports: string) =>
      desired([ported(ports)], [slice("web", ["10.1.0.5", "n1"])]).egress.map((wish) => wish.ports);
    expect(portsOf("udp:53,tcp:443")).toEqual([
      [
        { protocol: "udp", port: 53 },
        { protocol: "tcp", port: 443 },
      ],
    ]);
    expect(portsOf("icmp:1,tcp:0,tcp:70000,443")).toEqual([[]]);
  });

  test("takes the VIP from the spec where no annotation has it", () => {
    const wish = service({ name: "web", vip: "192.0.2.1", annotated: false });
    expect(desired([wish], [slice("web", ["10.1.0.5", "n1"])]).egress).toHaveLength(1);
  });

  test.each([
    ["is being deleted", { deleting: true }],
    ["is no LoadBalancer any more", { type: "ClusterIP" }],
  ])("is not made for a Service that %s", (_, change) => {
    const wish = service({ name: "web", vip: "192.0.2.1", ...change });
    expect(desired([wish], [slice("web", ["10.1.0.5", "n1"])])).toEqual(desired([], []));
  });

  test("is not made for a slice of another namespace's Service", () => {
    const foreign = { ...(slice("web", ["10.1.0.5", "n1"]) as object), metadata: { namespace: "other" } };
    expect(desired([service({ name: "web", vip: "192.0.2.1" })], [foreign]).egress).toEqual([]);
  });

  test("of a pod that two Services share is the first one's by name, and stays the other's when that one goes", () => {
    const [a, b] = [service({ name: "a", vip: "192.0.2.1" }), service({ name: "b", vip: "192.0.2.2" })];
    const slices = [slice("a", ["10.1.0.5", "n1"]), slice("b", ["10.1.0.5", "n1"])];
    expect(desired([b, a], slices).egress.map(({ vip }) => vip)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(desired([b], slices).egress.map(({ vip }) => vip)).toEqual(["192.0.2.2"]);
  });

  test("of the same pod to the same VIP is wanted once", () => {
    const wishes = ["a", "b"].map((name) => service({ name, vip: "192.0.2.1" }));
    const slices = ["a", "b"].map((name) => slice(name, ["10.1.0.5", "n1"]));
    expect(desired(wishes, slices).egress).toEqual([{ owner: "shop/a", pod: "10.1.0.5", vip: "192.0.2.1" }]);
  });

  test("to a VIP that is no address is refused by name, and takes nothing else along", () => {
    const wishes = [service({ name: "bad", vip: "192.0.2.999" }), service({ name: "web", vip: "192.0.2.1" })];
    const state = desired(wishes, [slice("web", ["10.1.0.5", "n1"])]);
    expect(state.egress).toHaveLength(1);
    expect(state.refused).toEqual(['shop/bad: its VIP "192.0.2.999" is no address.']);
  });
});

describe("routes", () => {
  const wish = service({ name: "web", kind: "route", vip: "192.0.2.1" });

  test("lead to the VIP where a pod is local", () => {
    const state = desired([wish], [slice("web", ["10.1.0.5", "n1"], ["10.1.0.6", "n1"])]);
    expect(state.routes).toEqual([{ owner: "shop/web", vip: "192.0.2.1" }]);
  });

  test("do not exist where all pods are elsewhere, or not ready", () => {
    expect(desired([wish], [slice("web", ["10.1.0.5", "n2"], ["10.1.0.6", "n1", false])]).routes).toEqual([]);
  });
});

describe("exempt networks", () => {
  test("are canonical, and what is none is refused", () => {
    const state = desired([], [], { exempt: ["10.1.2.3/16", "10.1.0.0/16", "banana"] });
    expect(state.exempt).toEqual(["10.1.0.0/16"]);
    expect(state.refused).toEqual(['"banana" is no network.']);
  });

  test("are read from flags of kube-controller-manager, both families", () => {
    const command = [
      "kube-controller-manager",
      "--cluster-cidr=10.1.0.0/16,fd00::/48",
      "--allocate-node-cidrs=true",
    ];
    const args = ["--service-cluster-ip-range=10.96.0.0/12"];
    const pod = { spec: { containers: [{ command, args }] } };
    expect(clusterCidrsOf([pod])).toEqual(["10.1.0.0/16", "fd00::/48", "10.96.0.0/12"]);
    expect(clusterCidrsOf([{}, { spec: { containers: [{ command: "no list" }] } }])).toEqual([]);
  });
});

describe("always", () => {
  const nodes = ["n1", "n2", "n3"];
  const endpoint = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...nodes), fc.boolean());
  const cluster = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d"),
      kind: fc.constantFrom("egress" as const, "route" as const),
      vip: fc.integer({ min: 1, max: 4 }).map((host) => `192.0.2.${host}`),
      endpoints: fc.array(endpoint, { maxLength: 4 }),
    }),
    { selector: ({ name }) => name },
  );
  type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;
  const stateOf = (objects: Cluster, more: Partial<DesiredInput> = {}) =>
    desired(
      objects.map(service),
      objects.map(({ name, endpoints }) =>
        slice(name, ...endpoints.map(([host, node, ready]) => [`10.1.0.${host}`, node, ready] as const)),
      ),
      more,
    );

  test("the order of objects does not matter", () => {
    fc.assert(
      fc.property(cluster, (objects) => {
        expect(stateOf(objects.toReversed())).toEqual(stateOf(objects));
      }),
    );
  });

  test("with leader election at most one node acts for a Service, and some node does where a pod is ready", () => {
    fc.assert(
      fc.property(cluster, (objects) => {
        for (const object of objects) {
          const acting = nodes.filter((node) => {
            const { egress, routes } = stateOf([object], { node, leaderElection: true });
            return egress.length + routes.length > 0;
          });
          expect(acting).toHaveLength(object.endpoints.some(([, , ready]) => ready) ? 1 : 0);
        }
      }),
    );
  });
});
