import type { Scenario } from "../harness/model/scenario.ts";
import {
  answeredByBackends,
  answeredByNone,
  dnsPort,
  httpPort,
  newService,
  portsOf,
  serviceCanary,
} from "./building/service.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The plain life of a service with a TCP and a UDP port, beside one that stays. */
export const scenario: Scenario = {
  name: "service-created-deleted",
  title: "The rules of a service come and go with it",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: ["https://kubernetes.io/docs/reference/networking/virtual-ips/"],
  steps(world) {
    const [node] = world.nodes;
    const gone = newService(world, "gone", node, { ports: [httpPort, dnsPort] });
    const kept = newService(world, "kept", node);
    return [
      {
        name: "created",
        operations: [apply(gone), apply(kept)],
        expect: present(...portsOf(gone, node), ...portsOf(kept, node)),
        traffic: [...answeredByBackends(gone, node), ...answeredByBackends(kept, node)],
      },
      {
        name: "deleted",
        operations: [remove(gone)],
        expect: [...absent(...portsOf(gone, node)), ...present(...portsOf(kept, node))],
        traffic: [...answeredByNone(gone, node), ...answeredByBackends(kept, node)],
      },
    ];
  },
  canary: serviceCanary,
};
