import type { Scenario } from "../harness/model/scenario.ts";
import { inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { newRoute } from "./building/route.ts";
import { absent, apply, kill, present, remove, start, startWith } from "./building/steps.ts";

/** Whoever turns policies off wants pods to be reachable: chains that nobody tends any more refuse connections for ever. */
export const scenario: Scenario = {
  name: "input-chain-turned-off",
  title: "An engine that is started without policies takes away what it made with them",
  feature: "policy-input",
  needs: ["settings-change", "route-table"],
  nodes: 1,
  settings: policySettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/464",
    "https://github.com/cloudnativelabs/kube-router/issues/1675",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const late = newPolicy(world, "late", node);
    // Without policies a route shows that the engine has synced.
    const marker = newRoute(world, "marker", node);
    const input = inputExempt(world, node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(input, ...kept.intents) },
      {
        name: "turned-off",
        operations: [
          kill(node),
          apply(fresh.object),
          apply(marker.object),
          startWith(node, { networkPolicies: false }),
        ],
        expect: [...present(marker.intent), ...absent(input, ...kept.intents, ...fresh.intents)],
      },
      {
        name: "turned-on",
        operations: [kill(node), apply(late.object), start(node)],
        expect: present(input, ...kept.intents, ...fresh.intents, ...late.intents),
      },
      {
        name: "deleted",
        operations: [remove(kept.object), remove(fresh.object)],
        expect: [...present(input, ...late.intents), ...absent(...kept.intents, ...fresh.intents)],
      },
    ];
  },
  canary: policyCanary,
};
