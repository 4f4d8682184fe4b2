import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, downgrade, present, remove, upgrade } from "./building/steps.ts";

/** An upgrade that is taken back: the older version has to do with what a newer one has made, and then the newer one with both. */
export const scenario: Scenario = {
  name: "address-downgrade-in-place",
  title: "After an upgrade that is taken back, and after it is made again, there are no addresses too many",
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
    const kept = newAddress(world, "kept", node);
    const gone = newAddress(world, "gone", node);
    const older = newAddress(world, "older", node);
    const newer = newAddress(world, "newer", node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(kept.intent) },
      {
        name: "upgraded",
        operations: [upgrade(node), apply(gone.object)],
        expect: present(kept.intent, gone.intent),
      },
      {
        name: "downgraded",
        operations: [downgrade(node), remove(gone.object), apply(older.object)],
        expect: [...present(kept.intent, older.intent), ...absent(gone.intent)],
      },
      {
        name: "upgraded-again",
        operations: [upgrade(node), remove(older.object), apply(newer.object)],
        expect: [...present(kept.intent, newer.intent), ...absent(gone.intent, older.intent)],
      },
    ];
  },
  canary: addressCanary,
};
