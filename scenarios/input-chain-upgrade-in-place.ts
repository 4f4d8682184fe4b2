import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, present, remove, upgrade } from "./building/steps.ts";

/** Whatever the version before wrote otherwise, and the new one does not know any more, shows against a fresh node. */
export const scenario: Scenario = {
  name: "input-chain-upgrade-in-place",
  title: "After an upgrade in place chains, rules and sets are those of a fresh installation",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  upgrades: true,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1675",
    "https://github.com/cloudnativelabs/kube-router/issues/1676",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(input, ...kept.intents) },
      {
        name: "upgraded",
        operations: [upgrade(node), apply(fresh.object)],
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
