import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, present, remove, upgrade, upgradeOnce } from "./building/steps.ts";

/** Each version finds what all versions before it have left: `one` was made by the first, `two` by the next. */
export const scenario: Scenario = {
  name: "address-upgrade-by-steps",
  title: "On the way over several versions each takes over the addresses of those before it",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  upgrades: true,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/1413",
    "https://github.com/kube-vip/kube-vip/issues/936",
  ],
  steps(world) {
    const [node] = world.nodes;
    const one = newAddress(world, "one", node);
    const two = newAddress(world, "two", node);
    const three = newAddress(world, "three", node);
    const kept = newAddress(world, "kept", node);
    return [
      {
        name: "created",
        operations: [apply(one.object), apply(kept.object)],
        expect: present(one.intent, kept.intent),
      },
      {
        name: "upgraded-once",
        operations: [upgradeOnce(node), apply(two.object)],
        expect: present(one.intent, two.intent, kept.intent),
      },
      {
        name: "upgraded",
        operations: [upgrade(node), apply(three.object)],
        expect: present(one.intent, two.intent, three.intent, kept.intent),
      },
      {
        name: "deleted",
        operations: [remove(one.object), remove(two.object)],
        expect: [...present(three.intent, kept.intent), ...absent(one.intent, two.intent)],
      },
    ];
  },
  canary: addressCanary,
};
