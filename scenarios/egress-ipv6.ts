import type { Scenario } from "../harness/model/scenario.ts";
import { clusterCidrs6, egressCanary, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The whole life of an egress service in IPv6: created, its pod replaced, deleted. */
export const scenario: Scenario = {
  name: "egress-ipv6",
  title: "IPv6 egress rules follow the pod and go with the service",
  feature: "egress",
  needs: ["egress-ipv6"],
  nodes: 1,
  settings: { egressCidrs: clusterCidrs6, leaderElection: true },
  sources: ["https://github.com/kube-vip/kube-vip/issues/966"],
  steps(world) {
    const [node] = world.nodes;
    const old = newEgress(world, "egress", node, 6);
    const next = movedTo(world, old, node, 6);
    return [
      {
        name: "created",
        operations: [apply(old.object)],
        expect: present(old.intent),
        // An entry as wide as /32 instead of /128 would catch the second pod too.
        traffic: [old.rewritten, next.untouched],
      },
      {
        name: "endpoint-moved",
        operations: [apply(next.object)],
        expect: [...present(next.intent), ...absent(old.intent)],
        traffic: [next.rewritten, old.untouched],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: absent(next.intent, old.intent),
        traffic: [next.untouched, old.untouched],
      },
    ];
  },
  canary: (world) => egressCanary(world, 6),
};
