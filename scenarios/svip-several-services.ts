import type { Scenario } from "../harness/model/scenario.ts";
import { dnsPort, newService, type PlainService, serviceCanary } from "./building/service.ts";
import {
  newNodePortService,
  nodeServes,
  ownAddresses,
  reached,
  shownBy,
  svipSettings,
} from "./building/svip.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/**
 * Two Services share the address of each node: it is a member as long as one of them is there, and when
 * all have gone the sets are as they were before.
 */
export const scenario: Scenario = {
  name: "svip-several-services",
  title: "Services that share the nodes' addresses go one after the other, and the sets are as before",
  feature: "ipvs-service",
  nodes: 2,
  settings: svipSettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1732",
    "https://github.com/cloudnativelabs/kube-router/issues/1081",
  ],
  steps(world) {
    const { nodes } = world;
    const [node] = nodes;
    const [first] = newNodePortService(world, node, "NodePort");
    const [second] = newNodePortService(world, node, "LoadBalancer");
    const third: PlainService = newService(world, "dns", node, { ports: [dnsPort] });
    const of = (service: PlainService) => nodes.flatMap((each) => shownBy(service, each));
    const served = nodes.flatMap((each) => nodeServes(each, 4));
    const own = present(...nodes.flatMap((each) => ownAddresses(each, 4)));
    const traffic = reached(...nodes);
    return [
      {
        name: "created",
        operations: [apply(first), apply(second), apply(third)],
        expect: [...present(...of(first), ...of(second), ...of(third), ...served), ...own],
        traffic,
      },
      {
        name: "first-deleted",
        operations: [remove(first)],
        expect: [...absent(...of(first)), ...present(...of(second), ...of(third), ...served), ...own],
        traffic,
      },
      {
        name: "second-deleted",
        operations: [remove(second)],
        expect: [...absent(...of(second), ...served), ...present(...of(third)), ...own],
        traffic,
      },
      {
        name: "third-deleted",
        operations: [remove(third)],
        expect: [...absent(...of(third)), ...own],
        traffic,
      },
    ];
  },
  canary: (world) => serviceCanary(world),
};
