import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** Somebody else puts rules in front of the engine's own after the first step: its jump has to move at the next start. */
export const scenario: Scenario = {
  name: "input-chain-engine-restarted",
  title: "A restart finds the chain where others have put rules before it, and leaves one of each rule",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1676",
    "https://github.com/cloudnativelabs/kube-router/issues/1675",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(input, ...kept.intents) },
      {
        name: "engine-restarted",
        operations: [kill(node), apply(fresh.object), start(node)],
        expect: present(input, ...kept.intents, ...fresh.intents),
      },
      {
        name: "deleted",
        operations: [remove(kept.object), remove(fresh.object)],
        expect: [...present(input), ...absent(...kept.intents, ...fresh.intents)],
      },
    ];
  },
  canary: policyCanary,
};
