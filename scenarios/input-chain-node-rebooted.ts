import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, present, reboot, remove } from "./building/steps.ts";

/** Everything in the kernel is gone, and the policies are still there. */
export const scenario: Scenario = {
  name: "input-chain-node-rebooted",
  title: "After a reboot of the node chains, rules and sets are there again",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/1675"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(input, ...kept.intents) },
      {
        name: "rebooted",
        operations: [reboot(node), apply(fresh.object)],
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
