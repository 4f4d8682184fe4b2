import type { Scenario } from "../harness/model/scenario.ts";
import { goneFrom, inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/**
 * Nothing tells an engine that starts of what was deleted before: it has to find by itself what nobody
 * names any more.
 */
export const scenario: Scenario = {
  name: "input-chain-policy-deleted-while-down",
  title:
    "Rules and sets of a network policy that was deleted while the engine was down are swept at its start",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  sources: ["https://github.com/cloudnativelabs/kube-router/issues/2059"],
  steps(world) {
    const [node] = world.nodes;
    const gone = newPolicy(world, "gone", node);
    const fresh = newPolicy(world, "fresh", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(gone.object)], expect: present(input, ...gone.intents) },
      {
        name: "deleted-while-down",
        operations: [kill(node), remove(gone.object), apply(fresh.object)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        expect: [...present(input, ...fresh.intents), ...absent(...goneFrom(gone, fresh))],
      },
      {
        name: "deleted",
        operations: [remove(fresh.object)],
        expect: [...present(input), ...absent(...fresh.intents)],
      },
    ];
  },
  canary: policyCanary,
};
