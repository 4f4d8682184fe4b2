import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, present, remove, start, uninstall } from "./building/steps.ts";

/** Policies are still there when the engine is taken off the node, and when it comes back. */
export const scenario: Scenario = {
  name: "input-chain-uninstalled",
  title: "The vendor's own clean-up takes away all that the engine made, and nothing of others",
  feature: "policy-input",
  needs: ["uninstall"],
  nodes: 1,
  settings: policySettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/464",
    "https://github.com/cloudnativelabs/kube-router/issues/1649",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(input, ...kept.intents) },
      { name: "uninstalled", operations: [uninstall(node)], expect: [] },
      {
        name: "installed-again",
        operations: [apply(fresh.object), start(node)],
        expect: present(input, ...kept.intents, ...fresh.intents),
      },
      {
        name: "deleted",
        operations: [remove(kept.object)],
        expect: [...present(input, ...fresh.intents), ...absent(...kept.intents)],
      },
    ];
  },
  canary: policyCanary,
};
