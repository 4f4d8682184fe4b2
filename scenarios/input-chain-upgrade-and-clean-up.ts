import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, cleanByHand, present, remove, upgrade } from "./building/steps.ts";

/**
 * The repair that is quicker than a reboot, and that the project warns of: with what the version before has left goes
 * what the new one needs, and it has to put that back.
 */
export const scenario: Scenario = {
  name: "input-chain-upgrade-and-clean-up",
  title:
    "An upgrade in place with a clean-up by hand behind it leaves nothing of the version before, and lacks nothing",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  upgrades: true,
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/1675"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const late = newPolicy(world, "late", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(input, ...kept.intents) },
      {
        name: "upgraded",
        operations: [upgrade(node), apply(fresh.object)],
        expect: present(input, ...kept.intents, ...fresh.intents),
      },
      {
        name: "cleaned-by-hand",
        operations: [cleanByHand(node), apply(late.object)],
        expect: present(input, ...kept.intents, ...fresh.intents, ...late.intents),
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
