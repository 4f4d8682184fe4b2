import type { Intent, Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, controlPlaneVip, holds, newAddress } from "./building/address.ts";
import { apply, kill, present, start, terminate } from "./building/steps.ts";

/** The port that clients of the API server know. */
const port = 6443;

/** A virtual server takes packets wherever it is, also where nobody has its address any more. */
export const scenario: Scenario = {
  name: "address-control-plane-balanced",
  title: "What comes to the address of the API server is shared out by whoever holds it, and by nobody else",
  feature: "service-address",
  needs: ["control-plane-address", "control-plane-balancing", "leader-election", "ip_vs"],
  nodes: 1,
  settings: { ...addressSettings, controlPlaneVip, balancesControlPlane: true },
  startEngines: false,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/824",
    "https://github.com/kube-vip/kube-vip/issues/895",
  ],
  steps(world) {
    const [node] = world.nodes;
    const early = newAddress(world, "early", node);
    const one = newAddress(world, "one", node);
    const two = newAddress(world, "two", node);
    const late = newAddress(world, "late", node);
    const leads: readonly Intent[] = [
      holds(node, controlPlaneVip),
      { kind: "api-servers", node: node.name, vip: controlPlaneVip, port, servers: [node.ipv4] },
    ];
    return [
      { name: "nobody-started", operations: [apply(early.object)], expect: [] },
      {
        name: "started",
        operations: [apply(one.object), start(node)],
        expect: present(early.intent, one.intent, ...leads),
      },
      { name: "killed", operations: [kill(node), apply(two.object)], expect: [] },
      {
        name: "started-again",
        operations: [start(node)],
        expect: present(early.intent, one.intent, two.intent, ...leads),
      },
      {
        name: "restarted",
        operations: [terminate(node), apply(late.object), start(node)],
        expect: present(early.intent, late.intent, ...leads),
      },
    ];
  },
  canary: addressCanary,
};
