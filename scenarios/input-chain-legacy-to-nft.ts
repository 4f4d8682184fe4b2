import type { Scenario } from "../harness/model/scenario.ts";
import { guardedIn, inputExempt, newPolicy, policyCanary, policySettings } from "./building/policy.ts";
import { absent, apply, kill, present, remove, start, startWith } from "./building/steps.ts";

/** The kernel asks the tables of both: rules that are left in those of before go on refusing, and no list shows them. */
export const scenario: Scenario = {
  name: "input-chain-legacy-to-nft",
  title: "An engine that writes to the tables of nft from now on leaves nothing in those of legacy iptables",
  feature: "policy-input",
  needs: ["settings-change"],
  nodes: 1,
  settings: { ...policySettings, tables: "nft" },
  startEngines: false,
  sources: [
    "https://github.com/kubernetes/kubernetes/issues/71305",
    "https://github.com/cloudnativelabs/kube-router/issues/1675",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newPolicy(world, "kept", node);
    const fresh = newPolicy(world, "fresh", node);
    const other = newPolicy(world, "other", node);
    const input = inputExempt(world, node);
    const inLegacy = [...guardedIn(kept, "legacy"), ...guardedIn(other, "legacy")];
    return [
      { name: "applied", operations: [apply(kept.object)], expect: [] },
      {
        name: "legacy",
        operations: [startWith(node, { tables: "legacy" }), apply(other.object)],
        expect: [...present(...inLegacy), ...absent(...guardedIn(kept, "nft"))],
      },
      {
        name: "nft",
        operations: [kill(node), apply(fresh.object), start(node)],
        expect: [
          ...present(input, ...kept.intents, ...other.intents, ...fresh.intents),
          ...absent(...inLegacy),
        ],
      },
      {
        name: "deleted",
        operations: [remove(kept.object), remove(fresh.object)],
        expect: [...present(input, ...other.intents), ...absent(...kept.intents, ...fresh.intents)],
      },
    ];
  },
  canary: policyCanary,
};
