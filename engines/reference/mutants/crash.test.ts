import { describe, expect, test } from "vitest";
import { Applier } from "../apply.ts";
import { sound, type Behaviour } from "../behaviour.ts";
import { nothing, type Desired } from "../desired.ts";
import { egressChain } from "../egress.ts";
import { ModelKernel } from "../model-kernel.fixture.ts";
import { mutants } from "./all.ts";

const routes = { table: 200, interface: "eth0" };

/** A kernel before which the engine dies: after so many writes of rules nothing is written any more. */
class MortalKernel extends ModelKernel {
  writesLeft = Number.POSITIVE_INFINITY;

  override async restore(lines: readonly string[], family: 4 | 6): Promise<void> {
    if (lines.length === 0) return;
    if (this.writesLeft <= 0) throw new Error("killed");
    this.writesLeft -= 1;
    await super.restore(lines, family);
  }
}

function withPods(...pods: readonly string[]): Desired {
  const egress = pods.map((pod) => ({ owner: "shop/web", pod, vip: "192.0.2.1" }));
  return { ...nothing, egress, exempt: ["10.1.0.0/16"] };
}

function behaviourOf(name: string): () => Behaviour {
  return () => mutants.find((mutant) => mutant.name === name)?.behaviour() ?? sound;
}

/** What a kernel holds in the end where the last change was cut off after so many writes, and another process came. */
async function survived(behaviour: () => Behaviour, states: readonly Desired[], writesLeft: number) {
  const kernel = new MortalKernel();
  const start = () => new Applier({ kernel, behaviour: behaviour(), routes });
  const engine = start();
  for (const state of states.slice(0, -1)) await engine.apply(state);
  kernel.writesLeft = writesLeft;
  const last = states.at(-1) ?? nothing;
  await engine.apply(last).catch(() => undefined);
  kernel.writesLeft = Number.POSITIVE_INFINITY;
  await start().apply(last);
  const rules = kernel.chain("mangle", egressChain) ?? [];
  return { rules: [...rules], jumps: [...(kernel.chain("mangle", "PREROUTING") ?? [])] };
}

const moved = [withPods("10.1.0.5"), withPods("10.1.0.6")];
const created = [withPods("10.1.0.5")];

describe("a kill between two writes", () => {
  test.each([0, 1, 2])("does nothing to the sound engine, after %i writes", async (writesLeft) => {
    for (const states of [moved, created]) {
      const clean = await survived(() => sound, states, Number.POSITIVE_INFINITY);
      expect(await survived(() => sound, states, writesLeft)).toEqual(clean);
    }
  });

  test("leaves insert-then-delete with rules that stand twice, and nothing without it", async () => {
    const engine = behaviourOf("insert-then-delete");
    const clean = await survived(engine, moved, Number.POSITIVE_INFINITY);
    expect(new Set(clean.rules).size).toBe(clean.rules.length);
    const { rules } = await survived(engine, moved, 1);
    expect(new Set(rules).size).toBeLessThan(rules.length);
  });

  test("leaves half-made-chain-is-whole without a jump, and nothing without it", async () => {
    const engine = behaviourOf("half-made-chain-is-whole");
    expect((await survived(engine, created, Number.POSITIVE_INFINITY)).jumps).toHaveLength(1);
    const { rules, jumps } = await survived(engine, created, 1);
    expect([rules.length, jumps.length]).toEqual([2, 0]);
  });

  test("makes recovers-differently keep a rule that nobody else makes", async () => {
    const engine = behaviourOf("recovers-differently");
    const { rules } = await survived(engine, created, Number.POSITIVE_INFINITY);
    expect(rules).toHaveLength(2);
  });
});

describe("what somebody else deleted", () => {
  test("makes first-error-aborts leave the SNAT rule behind a MARK rule that is gone", async () => {
    const kernel = new ModelKernel();
    const start = (behaviour: Behaviour) => new Applier({ kernel, behaviour, routes });
    for (const [name, left] of [
      ["sound", 1],
      ["first-error-aborts", 2],
    ] as const) {
      await start(sound).apply(nothing);
      const engine = start(behaviourOf(name)());
      await engine.apply(withPods("10.1.0.5"));
      kernel.chain("mangle", egressChain)?.pop();
      await engine.apply(withPods("10.1.0.6"));
      expect(kernel.chain("nat", egressChain), name).toHaveLength(left);
    }
  });
});
