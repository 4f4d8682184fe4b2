import type { Scenario } from "../harness/model/scenario.ts";
import { answeredByBackends, newService, portsOf, serviceCanary } from "./building/service.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** The engine is killed and comes back to its own rules: it must take them over, not write them again. */
export const scenario: Scenario = {
  name: "service-engine-restarted",
  title: "A restarted engine takes its rules over, without duplicates",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: ["https://kubernetes.io/docs/reference/networking/virtual-ips/"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newService(world, "kept", node);
    const fresh = newService(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(kept)],
        expect: present(...portsOf(kept, node)),
        traffic: answeredByBackends(kept, node),
      },
      {
        name: "engine-restarted",
        operations: [kill(node), start(node), apply(fresh)],
        // The rules of `kept` outlived the engine; those of `fresh` show that it has synced.
        expect: present(...portsOf(kept, node), ...portsOf(fresh, node)),
        traffic: [...answeredByBackends(kept, node), ...answeredByBackends(fresh, node)],
      },
      {
        name: "back-as-before",
        operations: [remove(fresh)],
        expect: [...present(...portsOf(kept, node)), ...absent(...portsOf(fresh, node))],
        traffic: answeredByBackends(kept, node),
      },
    ];
  },
  canary: serviceCanary,
};
