import type { Scenario } from "../harness/model/scenario.ts";
import { serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, newNodePortService } from "./building/svip.ts";

/** Nobody has told the engine of it: what it did not make is none of its own all the same. */
export const scenario: Scenario = {
  name: "svip-foreign-api-server",
  title:
    "A virtual server of somebody else in front of the API server, at the node's own address, is left alone",
  feature: "ipvs-service",
  needs: ["ip_vs", "dummy"],
  nodes: 1,
  foreignApiServer: true,
  settings: { serviceProxy: "ipvs" },
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/770",
    "https://github.com/cloudnativelabs/kube-router/issues/829",
  ],
  steps(world) {
    const [node] = world.nodes;
    return comesChangesAndGoes(node, newNodePortService(world, node, "LoadBalancer"), { served: [4] });
  },
  canary: (world) => serviceCanary(world),
};
