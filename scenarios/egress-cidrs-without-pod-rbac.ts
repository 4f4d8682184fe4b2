import type { Scenario } from "../harness/model/scenario.ts";
import { assumedCidrs, egressCanary, exempt, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

const cidrs = { pod: "10.66.0.0/16", service: "10.67.0.0/16" } as const;

/** Looking the networks up is forbidden (403 on pods), and need not be tried: they are configured. */
export const scenario: Scenario = {
  name: "egress-cidrs-without-pod-rbac",
  title: "Configured networks are used when the engine may not list pods",
  feature: "egress",
  nodes: 1,
  settings: { egressCidrs: cidrs, podListing: "none", leaderElection: true },
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/pull/970",
  ],
  steps(world) {
    const [node] = world.nodes;
    const egress = newEgress(world, "egress", node);
    return [
      {
        name: "created",
        operations: [apply(egress.object)],
        expect: [
          ...present(egress.intent, ...exempt(node, cidrs.pod, cidrs.service)),
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
