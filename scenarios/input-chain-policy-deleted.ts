import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/**
 * Sets and chains of policies are swept by what no policy names any more: a sweep that goes too far opens,
 * or shuts, a pod of another policy.
 */
export const scenario: Scenario = {
  name: "input-chain-policy-deleted",
  title: "A network policy takes nothing of another one along",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/896"],
  steps(world) {
    const [node] = world.nodes;
    const gone = newPolicy(world, "gone", node);
    const kept = newPolicy(world, "kept", node);
    const input = inputExempt(world, node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(input, ...gone.intents, ...kept.intents),
      },
      {
        name: "deleted",
        operations: [remove(gone.object)],
        expect: [...present(input, ...kept.intents), ...absent(...gone.intents)],
      },
    ];
  },
  canary: policyCanary,
};
