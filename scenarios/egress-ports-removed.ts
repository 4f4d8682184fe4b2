import type { Scenario } from "../harness/model/scenario.ts";
import { outsidePort } from "../harness/cluster/cluster.ts";
import {
  egressBy,
  egressCanary,
  egressPorts,
  egressSettings,
  movedTo,
  newEgress,
} from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Rules are one a port: that a port goes must be seen, and so must the pod's going with the ports that are left. */
export const scenario: Scenario = {
  name: "egress-ports-removed",
  title: "A port that a service no longer lists leaves with the pod's own address again",
  feature: "egress",
  needs: ["egress-ports"],
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/pull/777",
    "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/manager/service_egress.go",
  ],
  steps(world) {
    const [node] = world.nodes;
    const shown = { protocol: "UDP", port: outsidePort } as const;
    const kept = { protocol: "TCP", port: 443 } as const;
    const plain = newEgress(world, "ported", node);
    const both = egressBy({ ...plain.object, ports: [shown, kept] }, node, plain.pod);
    const one = egressBy({ ...plain.object, ports: [kept] }, node, plain.pod);
    const moved = movedTo(world, one, node);
    const old = egressPorts(one, node, [kept]);
    const next = egressPorts(moved, node, [kept]);
    return [
      {
        name: "created",
        operations: [apply(both.object)],
        expect: present(...egressPorts(both, node, [shown, kept])),
        traffic: [both.rewritten],
      },
      {
        name: "port-removed",
        operations: [apply(one.object)],
        expect: [...present(...old), ...absent(...egressPorts(one, node, [shown]))],
        traffic: [one.untouched],
      },
      {
        name: "pod-replaced",
        operations: [apply(moved.object)],
        expect: [...present(...next), ...absent(...old)],
        traffic: [one.untouched, moved.untouched],
      },
      {
        name: "deleted",
        operations: [remove(moved.object)],
        expect: absent(...old, ...next),
        traffic: [moved.untouched],
      },
    ];
  },
  canary: egressCanary,
};
