import type { Scenario } from "../harness/model/scenario.ts";
import { serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, newNodePortService, svipSettings } from "./building/svip.ts";

/** The probes of the API server at the node's own address are what must not notice. */
export const scenario: Scenario = {
  name: "svip-load-balancer-changed",
  title:
    "A Service of type LoadBalancer that nobody gives an address comes, changes and goes, and the node stays reachable",
  feature: "ipvs-service",
  nodes: 1,
  settings: svipSettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1685",
    "https://github.com/cloudnativelabs/kube-router/pull/1699",
    "https://github.com/cloudnativelabs/kube-router/issues/1924",
  ],
  steps(world) {
    const [node] = world.nodes;
    return comesChangesAndGoes(node, newNodePortService(world, node, "LoadBalancer"), { served: [4] });
  },
  canary: (world) => serviceCanary(world),
};
