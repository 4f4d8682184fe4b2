import type { Scenario } from "../harness/model/scenario.ts";
import { newService, type PlainService, serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, svipSettings } from "./building/svip.ts";

/** An engine that puts the address on an interface of its own may take the kernel's route to it away, which IPv4 outlives. */
export const scenario: Scenario = {
  name: "svip-external-ip-of-node-ipv6",
  title:
    "On a node whose first address is IPv6 a Service whose external address is that one comes, changes and goes, and the node stays reachable",
  feature: "ipvs-service",
  nodes: 1,
  settings: { ...svipSettings, nodeFamilies: [6, 4] },
  sources: [
    "https://github.com/kubernetes/kubernetes/issues/127410",
    "https://github.com/cloudnativelabs/kube-router/issues/1685",
  ],
  steps(world) {
    const [node] = world.nodes;
    const service: PlainService = {
      ...newService(world, "vip", node, { family: 6 }),
      externalIps: [node.ipv6],
    };
    const changed: PlainService = { ...service, externalIps: [node.ipv6, world.vip(6)] };
    return comesChangesAndGoes(node, [service, changed], { served: [], own: [6, 4] });
  },
  canary: (world) => serviceCanary(world, 6),
};
