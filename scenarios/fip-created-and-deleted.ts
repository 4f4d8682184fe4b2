import type { Scenario } from "../harness/model/scenario.ts";
import { gatewayCanary, gatewaySettings, newElasticIp, newFloatingIp } from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** From at once to well after it was programmed: on the way there every step of an engine is interrupted by some of them. */
const gapsMs = [0, 30, 100, 300, 1_000, 5_000] as const;

/**
 * Between the creation of an object and its status an engine has several steps, and a deletion may come in
 * front of each: what it had begun then has no object any more that would tell it to end it.
 */
export const scenario: Scenario = {
  name: "fip-created-and-deleted",
  title: "Floating addresses that are deleted soon after they were created leave nothing",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5115",
    "https://github.com/kubeovn/kube-ovn/pull/5142",
  ],
  steps(world) {
    const [node] = world.nodes;
    const pairs = gapsMs.map((gapMs) => {
      const eip = newElasticIp(world, `eip-${gapMs}`, node);
      return { gapMs, eip, fip: newFloatingIp(world, `fip-${gapMs}`, node, eip) };
    });
    const keptEip = newElasticIp(world, "kept-eip", node);
    const kept = newFloatingIp(world, "kept", node, keptEip);
    const eips = [...pairs.map(({ eip }) => eip), keptEip];
    return [
      {
        name: "addresses",
        operations: eips.map(({ object }) => apply(object)),
        expect: present(...eips.map(({ intent }) => intent)),
      },
      {
        name: "created-and-deleted",
        operations: [
          ...pairs.flatMap(({ gapMs, fip }) => [
            apply(fip.object),
            { ...remove(fip.object), afterMs: gapMs },
          ]),
          apply(kept.object),
        ],
        expect: [...absent(...pairs.map(({ fip }) => fip.intent)), ...present(kept.intent)],
        traffic: [...pairs.flatMap(({ fip }) => fip.notInForce), ...kept.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
