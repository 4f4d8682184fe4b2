import type { Scenario } from "../harness/model/scenario.ts";
import {
  connection,
  goneFrom,
  inputExempt,
  newPod,
  newPolicy,
  policyCanary,
  policySettings,
  policyOf,
} from "./building/policy.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Packets go from one node to another: pods of one node reach each other without the node. */
export const scenario: Scenario = {
  name: "input-chain-policy-pods-change",
  title: "Rules and sets of a network policy follow its pods and go with it",
  feature: "policy-input",
  nodes: 2,
  settings: policySettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1056",
    "https://github.com/cloudnativelabs/kube-router/issues/1521",
  ],
  steps(world) {
    const [node, other] = [world.nodes[0], world.nodes[1] ?? world.nodes[0]];
    const first = newPolicy(world, "policy", node, other);
    const [kept, gone] = first.object.pods;
    const [client] = first.object.clients;
    if (kept === undefined || gone === undefined || client === undefined) throw new Error("it has two pods");
    const fresh = newPod(world, "pod", node);
    const stranger = newPod(world, "stranger", other);
    const newcomer = newPod(world, "client", other);
    const changed = policyOf(first.object.name, [kept, fresh], [newcomer]);
    const strangers = policyOf(world.name("others"), [stranger], []);
    const input = inputExempt(world, node);
    return [
      {
        name: "created",
        operations: [apply(strangers.object), apply(first.object)],
        expect: present(input, ...first.intents, ...strangers.intents),
        traffic: [
          connection(client, kept, true),
          connection(client, gone, true),
          connection(stranger, kept, false),
        ],
      },
      {
        name: "pods-replaced",
        operations: [apply(changed.object)],
        expect: [...present(input, ...changed.intents), ...absent(...goneFrom(first, changed))],
        traffic: [
          connection(newcomer, kept, true),
          connection(newcomer, fresh, true),
          connection(client, kept, false),
        ],
      },
      {
        name: "deleted",
        operations: [remove(changed.object), remove(strangers.object)],
        expect: [...present(input), ...absent(...changed.intents, ...strangers.intents)],
      },
    ];
  },
  canary: policyCanary,
};
