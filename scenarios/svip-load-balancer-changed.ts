import type { Scenario } from "../harness/model/scenario.ts";
import { comesChangesAndGoes, serviceCanary } from "./building/service.ts";

/** The probes of the API server at the node's own address are what must not notice. */
export const scenario: Scenario = {
  name: "svip-load-balancer-changed",
  title: "A Service of type LoadBalancer comes, changes and goes, and the node stays reachable",
  feature: "ipvs-service",
  needs: ["ip_vs", "dummy"],
  nodes: 1,
  settings: {},
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1685",
    "https://github.com/cloudnativelabs/kube-router/pull/1699",
    "https://github.com/cloudnativelabs/kube-router/issues/1924",
  ],
  steps: (world) => comesChangesAndGoes(world, "LoadBalancer"),
  canary: serviceCanary,
};
