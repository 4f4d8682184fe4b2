import type { Scenario } from "../harness/model/scenario.ts";
import {
  answeredByBackends,
  answeredByNone,
  httpPort,
  newService,
  portsOf,
  serviceCanary,
} from "./building/service.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** A service gets another port in front and behind, under the same port name. */
export const scenario: Scenario = {
  name: "service-ports-changed",
  title: "The rules of a port that a service no longer has are removed",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: ["https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services"],
  steps(world) {
    const [node] = world.nodes;
    const old = newService(world, "ports", node);
    const next = { ...old, ports: [{ ...httpPort, port: 8088, targetPort: 9090 }] };
    return [
      {
        name: "created",
        operations: [apply(old)],
        expect: present(...portsOf(old, node)),
        traffic: [...answeredByBackends(old, node), ...answeredByNone(next, node)],
      },
      {
        name: "ports-changed",
        operations: [apply(next)],
        expect: [...present(...portsOf(next, node)), ...absent(...portsOf(old, node))],
        traffic: [...answeredByBackends(next, node), ...answeredByNone(old, node)],
      },
      {
        name: "deleted",
        operations: [remove(next)],
        expect: absent(...portsOf(next, node), ...portsOf(old, node)),
        traffic: [...answeredByNone(next, node), ...answeredByNone(old, node)],
      },
    ];
  },
  canary: serviceCanary,
};
