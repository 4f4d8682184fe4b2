import type { Scenario } from "../harness/model/scenario.ts";
import {
  answeredByBackends,
  answeredByNone,
  newService,
  portsOf,
  serviceCanary,
} from "./building/service.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/**
 * One pod, three, one, none. What a smaller service needs is a part of what the larger one needed, so it
 * is there before the engine has moved: a second service that changes last shows that the change was seen.
 */
export const scenario: Scenario = {
  name: "service-scaled",
  title: "The rules of a service follow its number of pods, down to none",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: ["https://kubernetes.io/docs/reference/networking/virtual-ips/"],
  steps(world) {
    const [node] = world.nodes;
    const three = newService(world, "scaled", node, { count: 3 });
    const one = { ...three, backends: three.backends.slice(0, 1) };
    const none = { ...three, backends: [] };
    const witness = newService(world, "witness", node, { count: 1 });
    return [
      {
        name: "created",
        operations: [apply(one)],
        expect: present(...portsOf(one, node)),
        traffic: answeredByBackends(one, node),
      },
      {
        name: "scaled-to-three",
        operations: [apply(three)],
        expect: present(...portsOf(three, node)),
        traffic: answeredByBackends(three, node),
      },
      {
        name: "scaled-to-one",
        operations: [apply(one), apply(witness)],
        expect: present(...portsOf(one, node), ...portsOf(witness, node)),
        traffic: [...answeredByBackends(one, node), ...answeredByBackends(witness, node)],
      },
      {
        name: "scaled-to-none",
        operations: [apply(none), remove(witness)],
        expect: absent(...portsOf(witness, node)),
        traffic: [...answeredByNone(three, node), ...answeredByNone(witness, node)],
      },
    ];
  },
  canary: serviceCanary,
};
