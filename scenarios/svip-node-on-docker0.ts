import type { Scenario } from "../harness/model/scenario.ts";
import { serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, newNodePortService, svipSettings } from "./building/svip.ts";

/** Whose address it is, is no matter of names: those of interfaces of containers are like any other. */
export const scenario: Scenario = {
  name: "svip-node-on-docker0",
  title:
    "The node's address is on an interface called docker0, and stays reachable while a node port comes and goes",
  feature: "ipvs-service",
  nodes: 1,
  interface: "docker0",
  settings: svipSettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/blob/v2.11.1/pkg/controllers/proxy/utils.go#L563",
    "https://github.com/cloudnativelabs/kube-router/issues/1924",
  ],
  steps(world) {
    const [node] = world.nodes;
    return comesChangesAndGoes(node, newNodePortService(world, node, "NodePort"), { served: [4] });
  },
  canary: (world) => serviceCanary(world),
};
