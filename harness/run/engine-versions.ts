import type { Operation } from "../model/scenario.ts";
import type { AttemptContext, EngineVersion, NodeEngine } from "./attempt-context.ts";
import { engineOf, rollOut, startEngine } from "./engine-control.ts";

/** Where nothing is to be before the version under test, it starts everywhere at once, and once. */
async function startFresh(context: AttemptContext): Promise<void> {
  for (const [name, own] of context.engines) if (own.process === undefined) await startEngine(context, name);
}

async function replace(context: AttemptContext, own: NodeEngine, version: EngineVersion): Promise<void> {
  await rollOut(context, own, version.program);
  own.version = version;
  await startEngine(context, own.node.ref.name);
}

/**
 * Brings the engine of a node from the version that runs to the next one, and on to the one under test: SIGTERM,
 * and a start in the next version; in between, each is given the time to do its work. Nothing is done where
 * the version under test runs already.
 *
 * @param untilStill - waits until the engine in a version on the way has done its work
 */
export async function upgradeEngine(
  context: AttemptContext,
  { node, to }: Extract<Operation, { op: "upgrade" }>,
  untilStill: () => Promise<void>,
): Promise<void> {
  if (context.plan.fresh) return startFresh(context);
  const own = engineOf(context, node);
  for (let next = own.upgrades.shift(); next !== undefined; next = own.upgrades.shift()) {
    own.earlier.push(own.version);
    await replace(context, own, next);
    if (to === "next") return;
    if (own.upgrades.length > 0) await untilStill();
  }
}

/** Brings the engine of a node back to the version before the one that runs, and only that: where there was none, as on a fresh node, nothing is done. */
export async function downgradeEngine(context: AttemptContext, node: string): Promise<void> {
  const own = engineOf(context, node);
  const before = own.earlier.pop();
  if (before === undefined) return;
  own.upgrades.unshift(own.version);
  await replace(context, own, before);
}
