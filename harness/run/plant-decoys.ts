import type { StateItem } from "../model/state.ts";
import type { ClusterNode } from "../node/node.ts";
import type { AttemptContext } from "./attempt-context.ts";
import type { DecoyOptions } from "./decoy-plan.ts";
import { checkScript, plantScript, readHits } from "./decoy-script.ts";
import { decoysFor, plantedItems } from "./decoys.ts";

function optionsOf(context: AttemptContext, phase: DecoyOptions["phase"]): DecoyOptions {
  const { profile, scenario, plan } = context;
  const foreign = scenario.foreignRouteTables ?? [];
  const hasIpvs = scenario.needs?.includes("ip_vs") === true;
  if (profile.sharedRoutes === undefined) return { routeTables: foreign, phase, hasIpvs };
  const table = plan.settings.routeTable ?? profile.sharedRoutes.table;
  const { protocol } = profile.sharedRoutes;
  return {
    routeTables: [...new Set([...foreign, table])],
    phase,
    hasIpvs,
    ownProtocolRoute: { table, protocol },
  };
}

/** @returns the state just after */
async function plantOn(
  context: AttemptContext,
  node: ClusterNode,
  phase: DecoyOptions["phase"],
  before: readonly StateItem[],
): Promise<readonly StateItem[]> {
  const { ipv4, ipv6 } = node.ref;
  const at = context.scenario.foreignApiServer ? { apiServerAt: [ipv4, ipv6] } : {};
  const plan = decoysFor({ ...optionsOf(context, phase), ...at });
  await node.exec(["sh", "-c", plantScript(plan.commands)]);
  const after = await node.snapshot();
  context.recorder.add({ kind: "decoys", node: node.ref.name, items: plantedItems(before, after) });
  return after;
}

/**
 * Puts somebody else's state on every node, by the tools that engines use, and records what came of it.
 *
 * @param before - node name -> state just before
 */
export async function plantDecoys(
  context: AttemptContext,
  phase: DecoyOptions["phase"],
  before: ReadonlyMap<string, readonly StateItem[]>,
): Promise<void> {
  context.planted.push(phase);
  await Promise.all(
    context.nodes.map(async (node) => {
      const after = await plantOn(context, node, phase, before.get(node.ref.name) ?? []);
      if (phase === "before")
        context.recorder.snapshot({ node: node.ref.name, step: "<plant>", moment: "planted" }, after);
    }),
  );
}

/**
 * Puts there again what was planted on a node that has lost all of it by a boot, and records both looks as in the
 * beginning: what the node has now, its engine has not done.
 */
export async function plantAgain(context: AttemptContext, node: ClusterNode): Promise<void> {
  const { recorder, stage } = context;
  const at = { node: node.ref.name, step: stage.step };
  let items = await node.snapshot();
  recorder.snapshot({ ...at, moment: "baseline" }, items);
  for (const phase of context.planted) items = await plantOn(context, node, phase, items);
  recorder.snapshot({ ...at, moment: "planted" }, items);
}

/** Sends a packet to each decoy of both phases, and records whether it still works. */
export async function checkDecoys(context: AttemptContext, step: string): Promise<void> {
  const checks = (["before", "during"] as const).flatMap(
    (phase) => decoysFor(optionsOf(context, phase)).checks,
  );
  await Promise.all(
    context.nodes.map(async (node) => {
      const { stdout } = await node.exec(["sh", "-c", checkScript(checks)]);
      for (const result of readHits(checks, stdout)) {
        context.recorder.add({ kind: "decoy-hit", node: node.ref.name, step, ...result });
      }
    }),
  );
}
