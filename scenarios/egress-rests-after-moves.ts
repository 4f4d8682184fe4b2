import type { Scenario, Step } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Leases are renewed every second or two: a window in which a few renewals more are no accident. */
const observe = { forMs: 8_000 };
const moves = 3;

/** A service whose pod was replaced a few times is a service with one pod: keeping it costs what it cost before. */
export const scenario: Scenario = {
  name: "egress-rests-after-moves",
  title: "An idle engine does no more after its pods have moved than before",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/1663",
    "https://github.com/kube-vip/kube-vip/pull/1664",
  ],
  steps(world) {
    const [node] = world.nodes;
    let last = newEgress(world, "egress", node);
    const created: Step = {
      name: "created",
      operations: [apply(last.object)],
      expect: present(last.intent),
      traffic: [last.rewritten],
      observe,
    };
    const moved = Array.from({ length: moves }, (_, index): Step => {
      const old = last;
      last = movedTo(world, old, node);
      return {
        name: `moved-${index + 1}`,
        operations: [apply(last.object)],
        expect: [...present(last.intent), ...absent(old.intent)],
        traffic: [last.rewritten],
        ...(index === moves - 1 ? { observe } : {}),
      };
    });
    const deleted: Step = {
      name: "deleted",
      operations: [remove(last.object)],
      expect: absent(last.intent),
      traffic: [last.untouched],
    };
    return [created, ...moved, deleted];
  },
  canary: egressCanary,
};
