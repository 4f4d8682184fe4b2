import type { Scenario } from "../harness/model/scenario.ts";
import { serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, newNodePortService, svipSettings } from "./building/svip.ts";

/** The set of the node's own addresses was one of IPv4 alone, and the first Service shut the API server off. */
export const scenario: Scenario = {
  name: "svip-ipv6-first",
  title:
    "On a node whose first address is IPv6 a Service of IPv6 comes, changes and goes, and the node stays reachable",
  feature: "ipvs-service",
  nodes: 1,
  settings: { ...svipSettings, nodeFamilies: [6, 4] },
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1685",
    "https://github.com/cloudnativelabs/kube-router/pull/1699",
  ],
  steps(world) {
    const [node] = world.nodes;
    return comesChangesAndGoes(node, newNodePortService(world, node, "LoadBalancer", 6), {
      served: [6],
      own: [6, 4],
    });
  },
  canary: (world) => serviceCanary(world, 6),
};
