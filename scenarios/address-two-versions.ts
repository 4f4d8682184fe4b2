import type { Scenario } from "../harness/model/scenario.ts";
import { addressCanary, addressSettings, holds, movedTo, newAddress } from "./building/address.ts";
import { absent, apply, present, remove, upgrade } from "./building/steps.ts";

/** In the middle of an upgrade the nodes have two versions, which have to agree on who leads. */
export const scenario: Scenario = {
  name: "address-two-versions",
  title: "With two versions on two nodes an address is on one of them, and moves between them",
  feature: "service-address",
  needs: ["leader-election"],
  nodes: 2,
  settings: addressSettings,
  upgrades: true,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/996",
    "https://github.com/kube-vip/kube-vip/issues/1385",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const alone = newAddress(world, "shared", first);
    const shared = movedTo(world, alone, [first, second]);
    const moved = movedTo(world, alone, [second]);
    const fresh = newAddress(world, "fresh", first);
    // It comes last, and shows that the second node has heard of the one that it could hold as well.
    const marker = newAddress(world, "marker", second);
    const late = newAddress(world, "late", second);
    const { vip } = alone.object;
    return [
      {
        name: "created",
        operations: [apply(alone.object)],
        expect: [...present(holds(first, vip)), ...absent(holds(second, vip))],
      },
      {
        name: "first-upgraded",
        operations: [upgrade(first), apply(fresh.object)],
        expect: [...present(holds(first, vip), fresh.intent), ...absent(holds(second, vip))],
      },
      {
        name: "second-node-ready",
        operations: [apply(shared.object), apply(marker.object)],
        expect: [...present(holds(first, vip), fresh.intent, marker.intent), ...absent(holds(second, vip))],
      },
      {
        name: "moved",
        operations: [apply(moved.object)],
        expect: [...present(holds(second, vip), fresh.intent), ...absent(holds(first, vip))],
      },
      {
        name: "second-upgraded",
        operations: [upgrade(second), apply(late.object)],
        expect: [...present(holds(second, vip), fresh.intent, late.intent), ...absent(holds(first, vip))],
      },
      {
        name: "deleted",
        operations: [remove(moved.object)],
        expect: [...absent(holds(first, vip), holds(second, vip)), ...present(fresh.intent, late.intent)],
      },
    ];
  },
  canary: addressCanary,
};
