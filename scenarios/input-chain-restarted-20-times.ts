import type { Scenario, Step } from "../harness/model/scenario.ts";
import {
  goneFrom,
  inputExempt,
  newPod,
  newPolicy,
  policyCanary,
  policyOf,
  policySettings,
} from "./building/policy.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

const restarts = 20;

/** The pod of `marker` is replaced while the engine is down, each time: it shows that the new process has synced. */
export const scenario: Scenario = {
  name: "input-chain-restarted-20-times",
  title: "Twenty restarts leave of the chains what one leaves",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1675",
    "https://github.com/cloudnativelabs/kube-router/issues/1676",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const name = world.name("marker");
    const next = () => policyOf(name, [newPod(world, "pod", node)], []);
    let marker = next();
    const input = inputExempt(world, node);
    const created: Step = {
      name: "created",
      operations: [apply(kept.object), apply(marker.object)],
      expect: present(input, ...kept.intents, ...marker.intents),
    };
    const restarted = Array.from({ length: restarts }, (_, index): Step => {
      const old = marker;
      marker = next();
      return {
        name: `restarted-${index + 1}`,
        operations: [kill(node), apply(marker.object), start(node)],
        expect: [...present(input, ...kept.intents, ...marker.intents), ...absent(...goneFrom(old, marker))],
      };
    });
    const deleted: Step = {
      name: "deleted",
      operations: [remove(kept.object), remove(marker.object)],
      expect: [...present(input), ...absent(...kept.intents, ...marker.intents)],
    };
    return [created, ...restarted, deleted];
  },
  canary: policyCanary,
};
