import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, present } from "./building/steps.ts";

/** The object stays, and so does what it says of an address: its type alone says that it wants none. */
export const scenario: Scenario = {
  name: "address-type-changed",
  title:
    "A service that is no load balancer any more loses its address, and gets it back when it is one again",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  sources: ["https://github.com/kube-vip/kube-vip/issues/1700"],
  steps(world) {
    const [node] = world.nodes;
    const changed = newAddress(world, "changed", node);
    const kept = newAddress(world, "kept", node);
    return [
      {
        name: "created",
        operations: [apply(changed.object), apply(kept.object)],
        expect: present(changed.intent, kept.intent),
      },
      {
        name: "cluster-ip",
        operations: [apply({ ...changed.object, isInternal: true })],
        expect: [...absent(changed.intent), ...present(kept.intent)],
      },
      {
        name: "load-balancer-again",
        operations: [apply(changed.object)],
        expect: present(changed.intent, kept.intent),
      },
    ];
  },
  canary: addressCanary,
};
