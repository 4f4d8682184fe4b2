import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, holds, movedTo, newAddress } from "./building/address.ts";
import { absent, apply, kill, present, start } from "./building/steps.ts";

/**
 * The first node is the only one with a pod, and leads, before the second has one too. What the dead engine left on
 * the first is its own to take away when it comes back: somebody else leads by then.
 */
export const scenario: Scenario = {
  name: "address-leader-fails-over",
  title: "Another node takes the address of a leader that died, which gives it up when it comes back",
  feature: "service-address",
  needs: ["leader-election"],
  nodes: 2,
  settings: addressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/824",
    "https://github.com/kube-vip/kube-vip/issues/996",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const alone = newAddress(world, "shared", first);
    const shared = movedTo(world, alone, [first, second]);
    const fresh = newAddress(world, "fresh", first);
    // It comes last, and shows that the second node has heard of the one that it could hold as well.
    const marker = newAddress(world, "marker", second);
    const { vip } = alone.object;
    return [
      {
        name: "created",
        operations: [apply(alone.object)],
        expect: [...present(holds(first, vip)), ...absent(holds(second, vip))],
      },
      {
        name: "second-node-ready",
        operations: [apply(shared.object), apply(marker.object)],
        expect: [...present(holds(first, vip), marker.intent), ...absent(holds(second, vip))],
      },
      { name: "leader-killed", operations: [kill(first)], expect: present(holds(second, vip)) },
      {
        name: "leader-back",
        operations: [apply(fresh.object), start(first)],
        expect: [...present(fresh.intent, holds(second, vip)), ...absent(holds(first, vip))],
      },
    ];
  },
  canary: addressCanary,
};
