import type { Scenario } from "../harness/model/scenario.ts";
import {
  answeredByBackends,
  answeredByNone,
  newService,
  portsOf,
  serviceCanary,
} from "./building/service.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** The address of a pod that is gone belongs to a pod of another service before anybody has looked. */
export const scenario: Scenario = {
  name: "service-address-reused",
  title: "A pod that got the address of another service's pod answers for its own service alone",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: ["https://kubernetes.io/docs/reference/networking/virtual-ips/"],
  steps(world) {
    const [node] = world.nodes;
    const first = newService(world, "first", node, { count: 1 });
    const moved = { ...first, backends: [{ node: node.name, address: world.pod(node) }] };
    const [name, clusterIp] = [world.name("heir"), world.clusterIp()];
    const heir = { ...first, name, clusterIp };
    return [
      {
        name: "created",
        operations: [apply(first)],
        expect: present(...portsOf(first, node)),
        traffic: answeredByBackends(first, node),
      },
      { name: "reused-while-down", operations: [kill(node), apply(moved), apply(heir)], expect: [] },
      {
        name: "engine-started",
        operations: [start(node)],
        expect: present(...portsOf(moved, node), ...portsOf(heir, node)),
        traffic: [...answeredByBackends(moved, node), ...answeredByBackends(heir, node)],
      },
      {
        name: "first-deleted",
        operations: [remove(moved)],
        expect: [...absent(...portsOf(moved, node)), ...present(...portsOf(heir, node))],
        traffic: [...answeredByNone(moved, node), ...answeredByBackends(heir, node)],
      },
      {
        name: "heir-deleted",
        operations: [remove(heir)],
        expect: absent(...portsOf(heir, node)),
        traffic: answeredByNone(heir, node),
      },
    ];
  },
  canary: serviceCanary,
};
