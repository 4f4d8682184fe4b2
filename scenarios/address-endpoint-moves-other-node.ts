import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, holds, movedTo, newAddress } from "./building/address.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** An address on two nodes at once is answered for by both. */
export const scenario: Scenario = {
  name: "address-endpoint-moves-other-node",
  title: "The address of a service moves with its only pod to another node",
  feature: "service-address",
  needs: ["leader-election"],
  nodes: 2,
  settings: addressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/627",
    "https://github.com/kube-vip/kube-vip/issues/448",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const old = newAddress(world, "moved", first);
    const next = movedTo(world, old, [second]);
    const { vip } = old.object;
    return [
      {
        name: "created",
        operations: [apply(old.object)],
        expect: [...present(holds(first, vip)), ...absent(holds(second, vip))],
      },
      {
        name: "endpoint-moved",
        operations: [apply(next.object)],
        expect: [...present(holds(second, vip)), ...absent(holds(first, vip))],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: absent(holds(first, vip), holds(second, vip)),
      },
    ];
  },
  canary: addressCanary,
};
