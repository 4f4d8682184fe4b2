import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, present, remove, start, terminate } from "./building/steps.ts";

/** A drained node or an upgrade: SIGTERM while policies are in use. */
export const scenario: Scenario = {
  name: "input-chain-sigterm",
  title: "After SIGTERM the rules of live policies are as the engine declares",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/2059"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(input, ...kept.intents) },
      { name: "engine-stopped", operations: [terminate(node)], expect: [] },
      {
        name: "engine-started",
        operations: [apply(fresh.object), start(node)],
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
