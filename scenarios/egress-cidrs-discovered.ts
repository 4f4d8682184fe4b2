import type { Scenario } from "../harness/model/scenario.ts";
import { assumedCidrs, egressCanary, exempt, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove, start } from "./building/steps.ts";

/** Nobody configures the networks: the engine reads them, with exactly the rights that its manual asks for. */
export const scenario: Scenario = {
  name: "egress-cidrs-discovered",
  title: "Networks that the cluster tells are exempt from egress, for an engine outside of kube-system",
  feature: "egress",
  needs: ["egress-cidr-discovery"],
  nodes: 1,
  settings: { podListing: "discovery-role", engineNamespace: "leakproof-engine", leaderElection: true },
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/pull/970",
  ],
  // The networks must be there to be read before the engine looks.
  startEngines: false,
  steps(world) {
    const [node] = world.nodes;
    const cidrs = [world.podCidr, world.serviceCidr];
    const egress = newEgress(world, "egress", node);
    const networks = {
      kind: "cluster-cidrs",
      name: world.name("networks"),
      podCidr: world.podCidr,
      serviceCidr: world.serviceCidr,
    } as const;
    return [
      { name: "networks-told", operations: [apply(networks)], expect: [] },
      {
        name: "engine-started",
        operations: [start(node), apply(egress.object)],
        expect: [
          ...present(egress.intent, ...exempt(node, ...cidrs)),
          ...absent(...exempt(node, ...assumedCidrs)),
        ],
        traffic: [egress.rewritten],
      },
      {
        name: "deleted",
        operations: [remove(egress.object)],
        expect: absent(egress.intent, ...exempt(node, ...assumedCidrs)),
        traffic: [egress.untouched],
      },
    ];
  },
  canary: egressCanary,
};
