import type { Scenario } from "../harness/model/scenario.ts";
import { serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, newNodePortService, svipSettings } from "./building/svip.ts";

/** Whoever takes a node port for the whole address of the node shuts everything else at it. */
export const scenario: Scenario = {
  name: "svip-node-port-changed",
  title: "A Service with a node port comes, changes and goes, and the node stays reachable",
  feature: "ipvs-service",
  nodes: 1,
  settings: svipSettings,
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/1924"],
  steps(world) {
    const [node] = world.nodes;
    return comesChangesAndGoes(node, newNodePortService(world, node, "NodePort"), { served: [4] });
  },
  canary: (world) => serviceCanary(world),
};
