import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, present, reboot, remove, upgrade } from "./building/steps.ts";

/** The step of repair that the project advises: what the version before has left is gone with the kernel. */
export const scenario: Scenario = {
  name: "input-chain-upgrade-and-reboot",
  title: "An upgrade in place with a reboot of the node behind it leaves nothing of the version before",
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
        name: "rebooted",
        operations: [reboot(node), apply(late.object)],
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
