import type { Scenario, Step } from "../harness/model/scenario.ts";
import {
  answeredByBackends,
  answeredByNone,
  newService,
  type PlainService,
  portsOf,
  serviceCanary,
} from "./building/service.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

const restarts = 20;

/** The pod of `marker` is replaced while the engine is down, each time: it shows that the new process has synced. */
export const scenario: Scenario = {
  name: "service-restarted-20-times",
  title: "Twenty restarts leave what one leaves",
  feature: "service-rules",
  nodes: 1,
  settings: {},
  sources: [
    "https://kubernetes.io/docs/reference/networking/virtual-ips/",
    "https://github.com/coreos/kenc/issues/42",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newService(world, "kept", node);
    let marker: PlainService = newService(world, "marker", node, { count: 1 });
    const created: Step = {
      name: "created",
      operations: [apply(kept), apply(marker)],
      expect: present(...portsOf(kept, node), ...portsOf(marker, node)),
      traffic: [...answeredByBackends(kept, node), ...answeredByBackends(marker, node)],
    };
    const restarted = Array.from({ length: restarts }, (_, index): Step => {
      marker = { ...marker, backends: [{ node: node.name, address: world.pod(node) }] };
      return {
        name: `restarted-${index + 1}`,
        operations: [kill(node), apply(marker), start(node)],
        expect: present(...portsOf(kept, node), ...portsOf(marker, node)),
        ...(index === restarts - 1
          ? { traffic: [...answeredByBackends(kept, node), ...answeredByBackends(marker, node)] }
          : {}),
      };
    });
    const deleted: Step = {
      name: "deleted",
      operations: [remove(kept), remove(marker)],
      expect: absent(...portsOf(kept, node), ...portsOf(marker, node)),
      traffic: [...answeredByNone(kept, node), ...answeredByNone(marker, node)],
    };
    return [created, ...restarted, deleted];
  },
  canary: serviceCanary,
};
