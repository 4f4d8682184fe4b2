import type { StateItem } from "../model/state.ts";
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

/**
 * Puts somebody else's state on every node, by the tools that engines use, and records what came of it.
 *
 * @param before - node name -> state just before
 * @returns the state just after
 */
export async function plantDecoys(
  context: AttemptContext,
  phase: DecoyOptions["phase"],
  before: ReadonlyMap<string, readonly StateItem[]>,
): Promise<void> {
  await Promise.all(
    context.nodes.map(async (node) => {
      const { ipv4, ipv6 } = node.ref;
      const at = context.scenario.foreignApiServer ? { apiServerAt: [ipv4, ipv6] } : {};
      const plan = decoysFor({ ...optionsOf(context, phase), ...at });
      await node.exec(["sh", "-c", plantScript(plan.commands)]);
      const after = await node.snapshot();
      const items = plantedItems(before.get(node.ref.name) ?? [], after);
      context.recorder.add({ kind: "decoys", node: node.ref.name, items });
      if (phase === "before")
        context.recorder.snapshot({ node: node.ref.name, step: "<plant>", moment: "planted" }, after);
    }),
  );
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
