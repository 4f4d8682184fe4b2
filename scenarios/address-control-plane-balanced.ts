import type { Intent, NodeRef, Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, controlPlaneVip, holds, newAddress } from "./building/address.ts";
import { absent, apply, kill, present, start } from "./building/steps.ts";

/** The port that clients of the API server know. */
const port = 6443;

/** A virtual server takes packets wherever it is, also where nobody has its address any more. */
export const scenario: Scenario = {
  name: "address-control-plane-balanced",
  title: "The node that holds the address of the API server, and no other, shares out what comes to it",
  feature: "service-address",
  needs: ["control-plane-address", "control-plane-balancing", "leader-election", "ip_vs"],
  nodes: 2,
  settings: { ...addressSettings, controlPlaneVip, balancesControlPlane: true },
  startEngines: false,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/895",
    "https://github.com/kube-vip/kube-vip/issues/824",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const early = newAddress(world, "early", first);
    const one = newAddress(world, "one", first);
    const two = newAddress(world, "two", second);
    const late = newAddress(world, "late", first);
    const servers = world.nodes.map(({ ipv4 }) => ipv4);
    const leads = (node: NodeRef): readonly Intent[] => [
      holds(node, controlPlaneVip),
      { kind: "api-servers", node: node.name, vip: controlPlaneVip, port, servers },
    ];
    return [
      { name: "nobody-started", operations: [apply(early.object)], expect: [] },
      {
        name: "first-started",
        operations: [apply(one.object), start(first)],
        expect: present(early.intent, one.intent, ...leads(first)),
      },
      {
        name: "second-started",
        operations: [apply(two.object), start(second)],
        expect: [...present(two.intent, ...leads(first)), ...absent(...leads(second))],
      },
      { name: "leader-killed", operations: [kill(first)], expect: present(two.intent, ...leads(second)) },
      {
        name: "leader-back",
        operations: [apply(late.object), start(first)],
        expect: [...present(late.intent, ...leads(second)), ...absent(...leads(first))],
      },
    ];
  },
  canary: addressCanary,
};
