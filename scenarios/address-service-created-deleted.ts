import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Another service has an address of its own meanwhile, which is to stay. */
export const scenario: Scenario = {
  name: "address-service-created-deleted",
  title: "The address of a service comes and goes with it",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/835",
    "https://github.com/kube-vip/kube-vip/pull/837",
  ],
  steps(world) {
    const [node] = world.nodes;
    const gone = newAddress(world, "gone", node);
    const kept = newAddress(world, "kept", node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(gone.intent, kept.intent),
      },
      {
        name: "deleted",
        operations: [remove(gone.object)],
        expect: [...absent(gone.intent), ...present(kept.intent)],
      },
      { name: "all-deleted", operations: [remove(kept.object)], expect: absent(gone.intent, kept.intent) },
    ];
  },
  canary: addressCanary,
};
