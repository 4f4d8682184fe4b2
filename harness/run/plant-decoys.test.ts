import { expect, test } from "vitest";
import type { StateItem } from "../model/state.ts";
import type { ClusterNode } from "../node/node.ts";
import { rule } from "../oracle/testing.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { plantAgain } from "./plant-decoys.ts";

const own = rule("nat", "DOCKER_OUTPUT", "-j RETURN");
const decoys = [rule("filter", "INPUT", "-s 192.0.2.1/32"), rule("filter", "INPUT", "-s 192.0.2.2/32")];

test("what was planted is put there again, between two looks as in the beginning", async () => {
  const items: StateItem[] = [own];
  const recorded: unknown[] = [];
  const node = {
    ref: { name: "n1", ipv4: "192.0.2.9", ipv6: "2001:db8::9" },
    // Each planting brings one.
    exec: async () => void items.push(...decoys.slice(items.length - 1, items.length)),
    snapshot: async () => [...items],
  } as unknown as ClusterNode;
  const context = {
    planted: ["before", "during"],
    stage: { step: "changed" },
    profile: {},
    scenario: {},
    plan: { settings: {} },
    recorder: {
      add: (event: unknown) => void recorded.push(event),
      snapshot: (where: unknown, seen: readonly StateItem[]) => void recorded.push([where, seen]),
    },
  } as unknown as AttemptContext;
  await plantAgain(context, node);
  const look = { node: "n1", step: "changed" };
  expect(recorded).toEqual([
    [{ ...look, moment: "baseline" }, [own]],
    { kind: "decoys", node: "n1", items: [decoys[0]] },
    { kind: "decoys", node: "n1", items: [decoys[1]] },
    [{ ...look, moment: "planted" }, [own, ...decoys]],
  ]);
});
