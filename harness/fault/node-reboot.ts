import { HarnessError } from "../errors/harness-error.ts";
import type { FaultAction } from "../model/fault.ts";
import { itemKey, renderItem, type StateItem } from "../model/state.ts";
import { sysctlLines } from "../state/sysctl-lines.ts";
import type { EngineHandle, Fault, FaultTarget } from "./fault.ts";
import { bitten, startAgain } from "./in-force.ts";
import { removeItems } from "./remove-items.ts";

type NodeReboot = Extract<FaultAction, { kind: "node-reboot" }>;

/** Makes a flow that has lasted for a while, from its text in a snapshot: `tcp src=192.0.2.1 dst=192.0.2.2 sport=1 dport=2 src=...`. */
export function flowArgv({ text }: Pick<StateItem, "text">): readonly [string, ...string[]] {
  const [protocol = "", ...fields] = text.split(" ");
  const values = fields.map((field) => field.split("=", 2) as [string, string]);
  const side = (nth: 0 | 1, key: string): string | undefined =>
    values.filter(([name]) => name === key)[nth]?.[1];
  const option = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value];
  return [
    "conntrack",
    "-I",
    "-p",
    protocol,
    "--timeout",
    "7200",
    "-u",
    "ASSURED",
    ...(protocol === "tcp" ? ["--state", "ESTABLISHED"] : []),
    ...option("-s", side(0, "src")),
    ...option("-d", side(0, "dst")),
    ...option("--sport", side(0, "sport")),
    ...option("--dport", side(0, "dport")),
    ...option("-r", side(1, "src")),
    ...option("-q", side(1, "dst")),
    ...option("--reply-port-src", side(1, "sport")),
    ...option("--reply-port-dst", side(1, "dport")),
  ];
}

/** Flows end with the kernel; what the attempt has put there for somebody else does not. */
async function endFlows(
  { node }: Pick<FaultTarget, "node">,
  all: readonly StateItem[],
  foreign: readonly StateItem[],
): Promise<void> {
  const flows = new Set(all.filter(({ family }) => family === "conntrack").map(itemKey));
  if (flows.size === 0) return;
  await node.exec(["conntrack", "-F"]);
  const kept = foreign.filter((item) => item.family === "conntrack" && flows.has(itemKey(item)));
  for (const flow of kept) await node.exec(flowArgv(flow));
}

/** Links that were there before; only their settings are the engine's, and those are no reason to take them away. */
function isForeignLink({ family, text }: StateItem, foreign: readonly StateItem[]): boolean {
  const name = text.split(" ")[1];
  return (
    family === "link" && foreign.some((item) => item.family === "link" && item.text.split(" ")[1] === name)
  );
}

/**
 * Takes away all that came since the node was up, as a boot does; what its other owners put there at boot stays.
 *
 * @returns how many items there were
 * @throws {HarnessError} `run/residue` where something stays
 */
export async function wipeNode(
  target: Pick<FaultTarget, "node" | "foreign"> & { readonly engine: Pick<EngineHandle, "items"> },
): Promise<number> {
  const { node, engine } = target;
  const foreign = target.foreign?.() ?? [];
  const [items, all] = [await engine.items(), await node.snapshot()];
  const links = items.filter(({ family }) => family === "link");
  const removable = items.filter((item) => !links.includes(item));
  await removeItems(node, removable, all);
  await removeItems(
    node,
    links.filter((item) => !isForeignLink(item, foreign)),
    all,
  );
  const lines = sysctlLines(items, foreign, all);
  if (lines.length > 0) await node.exec(["sh", "-ec", lines.join("\n")]);
  await endFlows(target, all, foreign);
  const left = await engine.items();
  if (left.length > 0)
    throw new HarnessError(
      "run/residue",
      `${node.ref.name} was to boot, and items of the engine are still there: ${left.slice(0, 5).map(renderItem).join("; ")}`,
    );
  return items.length;
}

/** The node boots: kernel state is gone, the API is not, and the engine is a new process. */
export const nodeReboot: Fault<NodeReboot> = {
  kind: "node-reboot",
  describe: () => "the node boots: rules, sets, routes and flows are gone, and the engine is a new process",
  async inject(_, target) {
    await target.engine.kill("tree");
    const count = await wipeNode(target);
    return bitten(`the kernel state is gone: ${count} items of the engine, and all flows`, () =>
      startAgain(target),
    );
  },
};
