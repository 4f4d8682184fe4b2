import { describe, expect, it } from "vitest";
import type { ApiRule } from "../kube/api-rules.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { Operation } from "../model/scenario.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { createNemesis, triesToStrike } from "./nemesis.ts";

const point = { what: "RTM_NEWROUTE", argv: ["ip"], occurrence: 1, index: 1, state: "a" } as const;
/** On a node that there is not, so that nobody is held in this test. */
const atWrite = (step: string): PlannedFault => ({
  action: { kind: "kill", scope: "tree" },
  step,
  node: 9,
  trigger: { at: "kernel-write", point },
  heal: "same-step",
});

/** An attempt whose node is to be restarted, and what it records. */
function ofRestart() {
  const events: unknown[] = [];
  const node = { ref: { name: "n1" } };
  const planned: PlannedFault = {
    action: { kind: "node-restarted" },
    step: "struck",
    node: 0,
    trigger: { at: "operations-sent" },
    heal: "same-step",
  };
  const context = {
    tries: 1,
    nodes: [node],
    engines: new Map([["n1", { node }]]),
    plan: { faults: [planned] },
    stage: { step: "struck" },
    recorder: { add: (event: unknown) => void events.push(event) },
  };
  return { events, context: context as unknown as AttemptContext };
}

const remove = (name: string): Operation => ({ op: "delete", name });
const start: Operation = { op: "engine", action: "start", node: "n1" };

/** Which rules are in force between the beginning of a step and its end. */
async function inForce(tries: number, operations: readonly Operation[], step = "struck") {
  const rules = new Set<ApiRule>();
  const inject = (rule: ApiRule) => {
    rules.add(rule);
    return {
      remove: () => void rules.delete(rule),
      hits: () => [],
      bitten: Promise.withResolvers<string>().promise,
    };
  };
  const engines = new Map(["n1", "n2"].map((name) => [name, { access: { faults: { inject } } }]));
  const context = { tries, engines, nodes: [], plan: { faults: [atWrite("struck")] } };
  const nemesis = createNemesis(context as unknown as AttemptContext);
  await nemesis.begin(step, operations);
  const held = [...rules].map(({ kind }) => kind);
  // What waits for the strike needs a whole attempt: here the other step is ended.
  await nemesis.afterOperations({ name: "another", expect: [] });
  return { held, left: rules.size };
}

it("notes a fault that takes the API server away before it does so", async () => {
  const { events, context } = ofRestart();
  const nemesis = createNemesis(context);
  // Its node has no kubelet.
  await expect(nemesis.afterOperations({ name: "struck", expect: [] })).rejects.toThrow(/\[sandbox\/lacks\]/);
  expect(events).toMatchObject([{ kind: "fault", fault: 0, node: "n1", state: "armed" }]);
});

describe("operations of a step in which the engine is struck at a write", () => {
  it("are heard of by every engine at once in the second try, once all are sent", async () => {
    const { held, left } = await inForce(2, [remove("a"), remove("b")]);
    expect(held).toEqual(["stale", "stale"]);
    expect(left).toBe(0);
  });

  it.each([
    ["in any other try", [1, 3, triesToStrike], [remove("a"), remove("b")], "struck"],
    ["where there is but one", [2], [remove("a")], "struck"],
    ["where a gap is given", [2], [remove("a"), { ...remove("b"), afterMs: 5 }], "struck"],
    ["where an engine is started", [2], [start, remove("b")], "struck"],
    ["in a step that nobody is struck in", [2], [remove("a"), remove("b")], "quiet"],
  ])("are heard of as they are sent %s", async (_, tries, operations, step) => {
    for (const each of tries) expect((await inForce(each, operations as Operation[], step)).held).toEqual([]);
  });
});
