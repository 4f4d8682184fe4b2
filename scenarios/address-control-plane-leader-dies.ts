import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, controlPlaneVip, holds, newAddress } from "./building/address.ts";
import { absent, apply, kill, present, start } from "./building/steps.ts";

/** The first node leads since it is the first to start; what its dead engine has left is its own to take away. */
export const scenario: Scenario = {
  name: "address-control-plane-leader-dies",
  title: "The address of the API server is on one node at a time, also when its leader dies and comes back",
  feature: "service-address",
  needs: ["control-plane-address", "leader-election"],
  nodes: 2,
  settings: { ...addressSettings, controlPlaneVip },
  startEngines: false,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/665",
    "https://github.com/kube-vip/kube-vip/issues/1385",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const early = newAddress(world, "early", first);
    const one = newAddress(world, "one", first);
    const two = newAddress(world, "two", second);
    const late = newAddress(world, "late", first);
    const [onFirst, onSecond] = [holds(first, controlPlaneVip), holds(second, controlPlaneVip)];
    return [
      { name: "nobody-started", operations: [apply(early.object)], expect: [] },
      {
        name: "first-started",
        operations: [apply(one.object), start(first)],
        expect: present(early.intent, one.intent, onFirst),
      },
      {
        name: "second-started",
        operations: [apply(two.object), start(second)],
        expect: [...present(two.intent, onFirst), ...absent(onSecond)],
      },
      { name: "leader-killed", operations: [kill(first)], expect: present(two.intent, onSecond) },
      {
        name: "leader-back",
        operations: [apply(late.object), start(first)],
        expect: [...present(late.intent, two.intent, onSecond), ...absent(onFirst)],
      },
    ];
  },
  canary: addressCanary,
};
