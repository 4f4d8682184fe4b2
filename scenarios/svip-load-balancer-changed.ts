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

/** The probes of the API server at the node's own address are what must not notice. */
export const scenario: Scenario = {
  name: "svip-load-balancer-changed",
  title: "A Service of type LoadBalancer comes, changes and goes, and the node stays reachable",
  feature: "service-vip",
  needs: ["ip_vs", "dummy"],
  nodes: 1,
  settings: {},
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1685",
    "https://github.com/cloudnativelabs/kube-router/pull/1699",
    "https://github.com/cloudnativelabs/kube-router/issues/1924",
  ],
  steps(world) {
    const [node] = world.nodes;
    const ports = [{ ...httpPort, nodePort: world.nodePort() }];
    const service: PlainService = { ...newService(world, "vip", node, { ports }), type: "LoadBalancer" };
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
