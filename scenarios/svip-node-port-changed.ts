import type { Scenario } from "../harness/model/scenario.ts";
import { comesChangesAndGoes, serviceCanary } from "./building/service.ts";

/** Whoever takes a node port for the whole address of the node shuts everything else at it. */
export const scenario: Scenario = {
  name: "svip-node-port-changed",
  title: "A Service with a node port comes, changes and goes, and the node stays reachable",
  feature: "ipvs-service",
  needs: ["ip_vs", "dummy"],
  nodes: 1,
  settings: {},
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/1924"],
  steps: (world) => comesChangesAndGoes(world, "NodePort"),
  canary: serviceCanary,
};
