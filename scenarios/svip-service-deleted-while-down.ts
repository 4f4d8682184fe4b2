import type { Scenario } from "../harness/model/scenario.ts";
import { newService, serviceCanary } from "./building/service.ts";
import {
  newNodePortService,
  nodeServes,
  ownAddresses,
  reached,
  shownBy,
  svipSettings,
} from "./building/svip.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** Nobody has seen the deletion: what the sets hold is all that there is to go by. */
export const scenario: Scenario = {
  name: "svip-service-deleted-while-down",
  title: "Members of a Service that went while the engine was down go with its next start",
  feature: "ipvs-service",
  nodes: 1,
  settings: svipSettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1732",
    "https://github.com/kubernetes/kubernetes/issues/134147",
  ],
  steps(world) {
    const [node] = world.nodes;
    const [gone] = newNodePortService(world, node, "NodePort");
    const fresh = newService(world, "next", node);
    const own = present(...ownAddresses(node, 4));
    const traffic = reached(node);
    return [
      {
        name: "created",
        operations: [apply(gone)],
        expect: [...present(...shownBy(gone, node), ...nodeServes(node, 4)), ...own],
        traffic,
      },
      { name: "deleted-while-down", operations: [kill(node), remove(gone)], expect: [] },
      {
        name: "engine-started",
        operations: [apply(fresh), start(node)],
        expect: [
          ...present(...shownBy(fresh, node)),
          ...absent(...shownBy(gone, node), ...nodeServes(node, 4)),
          ...own,
        ],
        traffic,
      },
    ];
  },
  canary: (world) => serviceCanary(world),
};
