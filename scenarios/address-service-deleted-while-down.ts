import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** A node that goes on holding it answers for it, and whoever gets the address next has a rival. */
export const scenario: Scenario = {
  name: "address-service-deleted-while-down",
  title: "The address of a service that was deleted while the engine was down is removed at its start",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/936",
    "https://github.com/kube-vip/kube-vip/issues/225",
  ],
  steps(world) {
    const [node] = world.nodes;
    const gone = newAddress(world, "gone", node);
    const kept = newAddress(world, "kept", node);
    const fresh = newAddress(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(gone.intent, kept.intent),
      },
      {
        name: "deleted-while-down",
        operations: [kill(node), remove(gone.object), apply(fresh.object)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        expect: [...present(fresh.intent, kept.intent), ...absent(gone.intent)],
      },
    ];
  },
  canary: addressCanary,
};
