import type { Intent, Scenario, TrafficCheck } from "../harness/model/scenario.ts";
import { answeredByBackends, httpPort, newService, portsOf, serviceCanary } from "./building/service.ts";
import { absent, apply, present } from "./building/steps.ts";

/** A service is opened on a node port and closed again. */
export const scenario: Scenario = {
  name: "service-type-changed",
  title: "The node port of a service goes when its type no longer has one",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: [
    "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    "https://github.com/kube-vip/kube-vip/issues/1700",
  ],
  steps(world) {
    const [node] = world.nodes;
    const inside = newService(world, "typed", node);
    const nodePort = world.nodePort();
    const open = { ...inside, type: "NodePort", ports: [{ ...httpPort, nodePort }] } as const;
    const opened: Intent = { kind: "node-port", node: node.name, protocol: "TCP", nodePort };
    const backends = inside.backends.map(({ address }) => address);
    const knock = { kind: "service", node: node.name, address: node.ipv4, port: nodePort } as const;
    const answered: TrafficCheck = { ...knock, backends };
    const closed: TrafficCheck = { ...knock, backends: [] };
    return [
      {
        name: "created",
        operations: [apply(inside)],
        expect: [...present(...portsOf(inside, node)), ...absent(opened)],
        traffic: [...answeredByBackends(inside, node), closed],
      },
      {
        name: "opened",
        operations: [apply(open)],
        expect: present(...portsOf(inside, node), opened),
        traffic: [...answeredByBackends(inside, node), answered],
      },
      {
        name: "closed",
        operations: [apply(inside)],
        expect: [...present(...portsOf(inside, node)), ...absent(opened)],
        traffic: [...answeredByBackends(inside, node), closed],
      },
    ];
  },
  canary: serviceCanary,
};
