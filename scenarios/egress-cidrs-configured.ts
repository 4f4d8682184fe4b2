import type { Scenario } from "../harness/model/scenario.ts";
import { assumedCidrs, egressCanary, exempt, newEgress } from "./building/egress.ts";
import { newRoute } from "./building/route.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Networks that no engine assumes and no cluster object names: they can only come from the settings. */
const cidrs = { pod: "10.66.0.0/16", service: "10.67.0.0/16" } as const;
const routeTable = 177;

/** Two settings that have nothing to do with each other are both given, and both must count. */
export const scenario: Scenario = {
  name: "egress-cidrs-configured",
  title: "Configured pod and service networks are exempt from egress, beside a configured routing table",
  feature: "egress",
  needs: ["route-table"],
  nodes: 1,
  settings: { egressCidrs: cidrs, routeTable, leaderElection: true },
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/pull/970",
  ],
  // The table that engines use when nobody configures one belongs to somebody else here.
  foreignRouteTables: [198],
  steps(world) {
    const [node] = world.nodes;
    const egress = newEgress(world, "egress", node);
    const routed = newRoute(world, "routed", node, routeTable);
    return [
      {
        name: "created",
        operations: [apply(egress.object), apply(routed.object)],
        expect: [
          ...present(egress.intent, routed.intent, ...exempt(node, cidrs.pod, cidrs.service)),
          ...absent(...exempt(node, ...assumedCidrs)),
        ],
        traffic: [egress.rewritten],
      },
      {
        name: "deleted",
        operations: [remove(egress.object), remove(routed.object)],
        expect: absent(egress.intent, routed.intent, ...exempt(node, ...assumedCidrs)),
        traffic: [egress.untouched],
      },
    ];
  },
  canary: egressCanary,
};
