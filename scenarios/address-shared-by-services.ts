import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressedBy, addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** They are told apart by their ports alone; the address is of both. */
export const scenario: Scenario = {
  name: "address-shared-by-services",
  title: "An address that two services share stays as long as one of them",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/823",
    "https://github.com/kube-vip/kube-vip/pull/838",
  ],
  steps(world) {
    const [node] = world.nodes;
    const first = newAddress(world, "first", node);
    const second = addressedBy(world, world.name("second"), first.object.vip, [node]);
    const other = newAddress(world, "other", node);
    return [
      {
        name: "created",
        operations: [apply(first.object), apply(second.object)],
        expect: present(first.intent),
      },
      {
        name: "one-deleted",
        operations: [remove(first.object), apply(other.object)],
        expect: present(second.intent, other.intent),
      },
      {
        name: "both-deleted",
        operations: [remove(second.object)],
        expect: [...absent(second.intent), ...present(other.intent)],
      },
    ];
  },
  canary: addressCanary,
};
