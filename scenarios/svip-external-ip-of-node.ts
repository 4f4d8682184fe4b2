import type { Scenario } from "../harness/model/scenario.ts";
import { newService, type PlainService, serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, svipSettings } from "./building/svip.ts";

/** Who may write externalIPs may name the node's own address: one port of it is theirs then, and not the address. */
export const scenario: Scenario = {
  name: "svip-external-ip-of-node",
  title:
    "A Service whose external address is the node's own comes, changes and goes, and the node stays reachable",
  feature: "ipvs-service",
  nodes: 1,
  settings: svipSettings,
  sources: [
    "https://github.com/kubernetes/kubernetes/issues/127410",
    "https://github.com/kubernetes/kubernetes/issues/66966",
  ],
  steps(world) {
    const [node] = world.nodes;
    const service: PlainService = { ...newService(world, "vip", node), externalIps: [node.ipv4] };
    const changed: PlainService = { ...service, externalIps: [node.ipv4, world.vip()] };
    return comesChangesAndGoes(node, [service, changed], { served: [] });
  },
  canary: (world) => serviceCanary(world),
};
