import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressedBy, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The object is the same all the time: nothing is created and nothing deleted. */
export const scenario: Scenario = {
  name: "address-changed-in-place",
  title: "A service that is given another address loses the one that it had",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/574",
    "https://github.com/kube-vip/kube-vip/pull/1040",
  ],
  steps(world) {
    const [node] = world.nodes;
    const old = newAddress(world, "changed", node);
    const next = addressedBy(world, old.object.name, world.vip(), [node]);
    return [
      { name: "created", operations: [apply(old.object)], expect: present(old.intent) },
      {
        name: "changed",
        operations: [apply({ ...old.object, vip: next.object.vip })],
        expect: [...present(next.intent), ...absent(old.intent)],
      },
      { name: "deleted", operations: [remove(old.object)], expect: absent(old.intent, next.intent) },
    ];
  },
  canary: addressCanary,
};
