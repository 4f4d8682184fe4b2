import type { Scenario } from "../harness/model/scenario.ts";
import { serviceCanary } from "./building/service.ts";
import {
  newNodePortService,
  ownAddresses,
  pooledAddress,
  poolSettings,
  reached,
  shownBy,
} from "./building/svip.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/**
 * The pool has one address, so that it shows whether a Service that went has given it back: in the
 * sets, and to the next one.
 */
export const scenario: Scenario = {
  name: "svip-load-balancer-pool",
  title: "A Service of type LoadBalancer gets the pool's address, and gives it back for the next one",
  feature: "ipvs-service",
  nodes: 1,
  settings: poolSettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1685",
    "https://github.com/cloudnativelabs/kube-router/issues/998",
  ],
  steps(world) {
    const [node] = world.nodes;
    const [first, changed] = newNodePortService(world, node, "LoadBalancer");
    const [second] = newNodePortService(world, node, "LoadBalancer");
    const own = present(...ownAddresses(node, 4));
    const traffic = reached(node);
    return [
      {
        name: "created",
        operations: [apply(first)],
        expect: [...present(...shownBy(first, node), pooledAddress(node)), ...own],
        traffic,
      },
      {
        name: "changed",
        operations: [apply(changed)],
        expect: [...present(...shownBy(changed, node), pooledAddress(node)), ...own],
        traffic,
      },
      {
        name: "deleted",
        operations: [remove(changed)],
        expect: [...absent(...shownBy(changed, node), pooledAddress(node)), ...own],
        traffic,
      },
      {
        name: "given-to-the-next",
        operations: [apply(second)],
        expect: [...present(...shownBy(second, node), pooledAddress(node)), ...own],
        traffic,
      },
      {
        name: "next-deleted",
        operations: [remove(second)],
        expect: [...absent(...shownBy(second, node), pooledAddress(node)), ...own],
        traffic,
      },
    ];
  },
  canary: (world) => serviceCanary(world),
};
