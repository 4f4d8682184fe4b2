import type { Scenario } from "../harness/model/scenario.ts";
import { serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, newNodePortService } from "./building/svip.ts";

/** Who leaves it alone must not take it for a Service either: the rest of the node's address would be shut. */
export const scenario: Scenario = {
  name: "svip-foreign-api-server-excluded",
  title:
    "A virtual server of somebody else in front of the API server is left alone where the engine was told to, and makes no Service's address of the node's",
  feature: "ipvs-service",
  needs: ["ip_vs", "dummy"],
  nodes: 1,
  foreignApiServer: true,
  settings: { serviceProxy: "ipvs", excludesNodeAddresses: true },
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
