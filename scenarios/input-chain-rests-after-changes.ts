import type { Scenario, Step } from "../harness/model/scenario.ts";
import {
  goneFrom,
  inputExempt,
  newPod,
  newPolicy,
  policyCanary,
  policyOf,
  policySettings,
} from "./building/policy.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** A few syncs of an engine that comes by every second or two. */
const observe = { forMs: 8_000 };
const changes = 3;

/** The same policies, with pods that were replaced, and an engine that was started again: one sync costs what it cost. */
export const scenario: Scenario = {
  name: "input-chain-rests-after-changes",
  title: "An idle engine writes no more after pods were replaced and it was restarted than before",
  feature: "policy-input",
  nodes: 1,
  settings: policySettings,
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/1675",
    "https://github.com/cloudnativelabs/kube-router/issues/1676",
  ],
  steps(world) {
    const [node] = world.nodes;
    const input = inputExempt(world, node);
    let last = newPolicy(world, "kept", node);
    const { name, clients } = last.object;
    const replace = () => {
      const old = last;
      last = policyOf(name, [newPod(world, "pod", node), newPod(world, "pod", node)], clients);
      return { next: last, gone: goneFrom(old, last) };
    };
    const created: Step = {
      name: "created",
      operations: [apply(last.object)],
      expect: present(input, ...last.intents),
      observe,
    };
    const replaced = Array.from({ length: changes }, (_, index): Step => {
      const { next, gone } = replace();
      return {
        name: `pods-replaced-${index + 1}`,
        operations: [apply(next.object)],
        expect: [...present(input, ...next.intents), ...absent(...gone)],
        ...(index === changes - 1 ? { observe } : {}),
      };
    });
    const { next, gone } = replace();
    const restarted: Step = {
      name: "engine-restarted",
      operations: [kill(node), apply(next.object), start(node)],
      expect: [...present(input, ...next.intents), ...absent(...gone)],
      observe,
    };
    const deleted: Step = {
      name: "deleted",
      operations: [remove(next.object)],
      expect: [...present(input), ...absent(...next.intents)],
    };
    return [created, ...replaced, restarted, deleted];
  },
  canary: policyCanary,
};
