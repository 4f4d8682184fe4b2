import type { Scenario } from "../harness/model/scenario.ts";
import { newService, type PlainService, serviceCanary } from "./building/service.ts";
import { comesChangesAndGoes, nodePort, svipSettings } from "./building/svip.ts";

/** One Service of both families: what is done for the first one has to be done for the second as well, and undone. */
export const scenario: Scenario = {
  name: "svip-dual-stack",
  title: "A Service of both families comes, changes and goes, in the sets of both",
  feature: "ipvs-service",
  nodes: 1,
  settings: { ...svipSettings, nodeFamilies: [4, 6] },
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1685",
    "https://kubernetes.io/docs/concepts/services-networking/dual-stack/",
  ],
  steps(world) {
    const [node] = world.nodes;
    const ports = [nodePort(world)];
    const other = { node: node.name, address: world.pod(node, 6) };
    const first = newService(world, "vip", node, { ports, count: 1 });
    const service: PlainService = {
      ...first,
      type: "NodePort",
      otherClusterIp: world.clusterIp(6),
      backends: [...first.backends, other],
    };
    const changed: PlainService = { ...service, ports: [nodePort(world, 8081)] };
    return comesChangesAndGoes(node, [service, changed], { served: [4, 6], own: [4, 6] });
  },
  canary: (world) => serviceCanary(world),
};
