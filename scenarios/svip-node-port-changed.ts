import type { Scenario } from "../harness/model/scenario.ts";
import {
  httpPort,
  newService,
  nodePortsOf,
  type PlainService,
  portsOf,
  serviceCanary,
} from "./building/service.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Whoever takes a node port for the whole address of the node shuts everything else at it. */
export const scenario: Scenario = {
  name: "svip-node-port-changed",
  title: "A Service with a node port comes, changes and goes, and the node stays reachable",
  feature: "service-vip",
  needs: ["ip_vs", "dummy"],
  nodes: 1,
  settings: {},
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/1924"],
  steps(world) {
    const [node] = world.nodes;
    const ports = [{ ...httpPort, nodePort: world.nodePort() }];
    const service: PlainService = { ...newService(world, "vip", node, { ports }), type: "NodePort" };
    const [first] = service.backends;
    const fresh = { node: node.name, address: world.pod(node) };
    const changed: PlainService = { ...service, backends: first === undefined ? [fresh] : [first, fresh] };
    const all = (of: PlainService) => [...portsOf(of, node), ...nodePortsOf(of, node)];
    return [
      { name: "created", operations: [apply(service)], expect: present(...all(service)) },
      { name: "changed", operations: [apply(changed)], expect: present(...all(changed)) },
      { name: "deleted", operations: [remove(changed)], expect: absent(...all(changed)) },
    ];
  },
  canary: serviceCanary,
};
