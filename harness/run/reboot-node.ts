import { nodeReboot } from "../fault/node-reboot.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { engineHandle } from "./engine-handle.ts";
import { foreignOn } from "./look.ts";

/**
 * Boots a node in the middle of a scenario, as the fault of that name does; resolves when its engine is up again.
 *
 * @throws {HarnessError} `run/residue` where something of the engine could not be taken away
 */
export async function rebootNode(context: AttemptContext, name: string): Promise<void> {
  const own = context.engines.get(name);
  if (!own) throw new Error(`scenario ${context.scenario.name} names node ${name}, which has no engine`);
  const injected = await nodeReboot.inject(
    { kind: "node-reboot" },
    {
      node: own.node,
      cluster: context.cluster,
      access: own.access,
      engine: engineHandle(context, own),
      foreign: () => foreignOn(context, own),
      biteWithinMs: 0,
      signal: context.signal,
    },
  );
  await injected[Symbol.asyncDispose]();
}
