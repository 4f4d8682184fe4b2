import type { Scenario } from "../harness/model/scenario.ts";
import {
  answeredByBackends,
  answeredByNone,
  newService,
  portsOf,
  serviceCanary,
} from "./building/service.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** The deletion happens while nobody watches: only a look at what is really there can find the rules. */
export const scenario: Scenario = {
  name: "service-deleted-while-down",
  title: "The rules of a service that was deleted while the engine was down are swept at its start",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: ["https://kubernetes.io/docs/reference/networking/virtual-ips/"],
  steps(world) {
    const [node] = world.nodes;
    const gone = newService(world, "gone", node);
    const kept = newService(world, "kept", node);
    const fresh = newService(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(gone), apply(kept)],
        expect: present(...portsOf(gone, node), ...portsOf(kept, node)),
        traffic: [...answeredByBackends(gone, node), ...answeredByBackends(kept, node)],
      },
      {
        name: "deleted-while-down",
        operations: [kill(node), remove(gone), apply(fresh)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        // The rules of `kept` outlived the engine; those of `fresh` show that it has synced.
        expect: [
          ...present(...portsOf(fresh, node), ...portsOf(kept, node)),
          ...absent(...portsOf(gone, node)),
        ],
        traffic: [
          ...answeredByBackends(fresh, node),
          ...answeredByBackends(kept, node),
          ...answeredByNone(gone, node),
        ],
      },
    ];
  },
  canary: serviceCanary,
};
