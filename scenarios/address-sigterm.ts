import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, present, remove, start, terminate } from "./building/steps.ts";

/** What is on the interface after the exit is judged by what the engine says of its exit. */
export const scenario: Scenario = {
  name: "address-sigterm",
  title: "After SIGTERM no address of a service stays on the interface",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/1413",
    "https://github.com/kube-vip/kube-vip/pull/1432",
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
      { name: "terminated", operations: [terminate(node)], expect: [] },
      {
        name: "engine-started",
        operations: [remove(gone.object), apply(fresh.object), start(node)],
        expect: [...present(kept.intent, fresh.intent), ...absent(gone.intent)],
      },
    ];
  },
  canary: addressCanary,
};
