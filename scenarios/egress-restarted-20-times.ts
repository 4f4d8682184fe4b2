import type { Scenario, Step } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

const restarts = 20;

/** The pod of `marker` is replaced while the engine is down, each time: it shows that the new process has synced. */
export const scenario: Scenario = {
  name: "egress-restarted-20-times",
  title: "Twenty restarts leave what one leaves",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: ["https://github.com/kube-vip/kube-vip/issues/966", "https://github.com/coreos/kenc/issues/42"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newEgress(world, "kept", node);
    let marker = newEgress(world, "marker", node);
    const created: Step = {
      name: "created",
      operations: [apply(kept.object), apply(marker.object)],
      expect: present(kept.intent, marker.intent),
      traffic: [kept.rewritten, marker.rewritten],
    };
    const restarted = Array.from({ length: restarts }, (_, index): Step => {
      const old = marker;
      marker = movedTo(world, old, node);
      return {
        name: `restarted-${index + 1}`,
        operations: [kill(node), apply(marker.object), start(node)],
        expect: [...present(kept.intent, marker.intent), ...absent(old.intent)],
        ...(index === restarts - 1 ? { traffic: [kept.rewritten, marker.rewritten, old.untouched] } : {}),
      };
    });
    const deleted: Step = {
      name: "deleted",
      operations: [remove(kept.object), remove(marker.object)],
      expect: absent(kept.intent, marker.intent),
      traffic: [kept.untouched, marker.untouched],
    };
    return [created, ...restarted, deleted];
  },
  canary: egressCanary,
};
