import { HarnessError } from "../../errors/harness-error.ts";
import type { StateItem } from "../../model/state.ts";
import type { ClusterNode } from "../../node/node.ts";
import { isKernelMade } from "../../state/kernel-made.ts";
import { sysctlLines } from "../../state/sysctl-lines.ts";

/** What a node of kind had before the first attempt on it, and what brings it back there. */
export interface NodeBaseline {
  readonly items: readonly StateItem[];
  /** Texts of its tools, by what they tell. */
  readonly saved: ReadonlyMap<string, string>;
}

const saves = ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"] as const;

/** Lines that are there now and were not before are undone one by one, in this order. */
const lists = {
  link: { list: "ip -o link | awk -F': ' '{sub(/@.*/, \"\", $2); print $2}'", undo: "ip link del dev" },
  rule4: { list: "ip -4 rule", undo: "ip -4 rule del pref" },
  rule6: { list: "ip -6 rule", undo: "ip -6 rule del pref" },
  route4: { list: "ip -4 -o route show table all", undo: "ip -4 route del" },
  route6: { list: "ip -6 -o route show table all", undo: "ip -6 route del" },
  neighbour: { list: "ip -o neigh show nud permanent", undo: "ip neigh del" },
  table: { list: "nft list tables", undo: "nft delete" },
} as const;

const addresses = "ip -o addr | awk '{print $2, $4}'";

async function read(node: Pick<ClusterNode, "exec">, script: string): Promise<string> {
  return (await node.exec(["sh", "-ec", script])).stdout;
}

/** Remembers a node as it is. */
export async function readBaseline(node: Pick<ClusterNode, "exec" | "snapshot">): Promise<NodeBaseline> {
  const saved = new Map<string, string>();
  for (const name of saves) saved.set(name, await read(node, `${name}-save`));
  for (const [name, { list }] of Object.entries(lists)) saved.set(name, await read(node, list));
  saved.set("address", await read(node, addresses));
  return { items: await node.snapshot(), saved };
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** How a line of a list is given to the command that undoes it. */
function argumentOf(part: keyof typeof lists, line: string): string {
  if (part === "rule4" || part === "rule6") return line.split(":")[0] ?? "";
  if (part === "neighbour") return line.replace(/ lladdr \S+| PERMANENT/g, "");
  return line.replace(/ (?:linkdown|dead|onlink)\b/g, "");
}

/** The lines of `list` that are there now and were not. */
async function extraLines(
  node: Pick<ClusterNode, "exec">,
  list: string,
  before = "",
): Promise<readonly string[]> {
  const known = new Set(linesOf(before));
  return linesOf(await read(node, list)).filter((line) => !known.has(line));
}

type Saved = NodeBaseline["saved"];

async function undoExtra(
  node: Pick<ClusterNode, "exec">,
  parts: readonly (keyof typeof lists)[],
  saved: Saved,
): Promise<void> {
  for (const part of parts) {
    const { list, undo } = lists[part];
    for (const line of await extraLines(node, list, saved.get(part))) {
      // What went with something else is gone already.
      await node.exec(["sh", "-c", `${undo} ${argumentOf(part, line)}`], { allowFailure: true });
    }
  }
}

/** The tables of iptables as they were: a restore replaces every table that its text has. */
async function restoreTables(node: Pick<ClusterNode, "exec">, saved: Saved): Promise<void> {
  for (const name of saves) {
    const before = saved.get(name) ?? "";
    const emptied = linesOf(await read(node, `${name}-save`))
      .filter((line) => line.startsWith("*") && !before.includes(`${line}\n`))
      .map((line) => `${line}\nCOMMIT\n`);
    const text = `${before}${emptied.join("")}`;
    if (text !== "") await node.exec([`${name}-restore`], { input: text, allowFailure: true });
  }
}

/** Settings that somebody changed; those of links that came are gone with them. */
async function restoreSysctls(
  node: Pick<ClusterNode, "exec" | "snapshot">,
  before: readonly StateItem[],
): Promise<void> {
  const now = await node.snapshot();
  const extra = now.filter(
    (item) => item.family === "sysctl" && !before.some((one) => one.text === item.text),
  );
  const lines = sysctlLines(extra, before, now);
  if (lines.length > 0) await node.exec(["sh", "-ec", lines.join("\n")]);
}

/** A table of the legacy tools that was ever looked at stays as long as its network does, empty. */
function isEmptyTable({ family, kind, text }: StateItem): boolean {
  return family.endsWith("-legacy") && kind === "policy" && text.endsWith(" ACCEPT");
}

/** What is compared: connections come and go by themselves on a node that lives. */
function comparable(items: readonly StateItem[]): readonly string[] {
  return items
    .filter((item) => item.family !== "conntrack" && !isEmptyTable(item))
    .map(({ family, table, text }) => `${family} ${table ?? ""} ${text}`)
    .toSorted();
}

/** docker gives its resolver in the container another port whenever it starts that, and writes it into rules. */
export function withoutDrawnPorts(line: string): string {
  return line.includes("127.0.0.11") ? line.replace(/:\d{4,5}\b|(?<=--sport )\d+/g, "<drawn>") : line;
}

function differencesOf(before: readonly string[], now: readonly string[]): readonly string[] {
  return [
    ...now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ...before.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
  ];
}

/**
 * What a node that was restarted has otherwise than `before`, each with its sign: empty once docker, kubelet and the
 * provider have put there again what they put there when it was made. What the kernel makes by itself has other names.
 */
export async function differencesOfBoot(
  node: Pick<ClusterNode, "snapshot">,
  { items: before }: NodeBaseline,
): Promise<readonly string[]> {
  const lasting = (items: readonly StateItem[]): readonly string[] =>
    comparable(items.filter((item) => !isKernelMade(item))).map(withoutDrawnPorts);
  return differencesOf(lasting(before), lasting(await node.snapshot()));
}

/**
 * Brings a node back to what it was, and looks whether it is: it lives on, with its API server.
 *
 * @throws {HarnessError} `cluster/not-emptied` with what is other than it was
 */
export async function resetNode(
  node: Pick<ClusterNode, "exec" | "snapshot" | "ref">,
  { items, saved }: NodeBaseline,
): Promise<void> {
  await undoExtra(node, ["link", "rule4", "rule6"], saved);
  for (const line of await extraLines(node, addresses, saved.get("address"))) {
    const [device = "", address = ""] = line.split(" ");
    await node.exec(["ip", "addr", "del", address, "dev", device], { allowFailure: true });
  }
  await undoExtra(node, ["route4", "route6", "neighbour"], saved);
  await restoreTables(node, saved);
  await undoExtra(node, ["table"], saved);
  await restoreSysctls(node, items);
  await node.exec(["sh", "-c", "ipset flush; ipset destroy; conntrack -F"], { allowFailure: true });
  const differing = differencesOf(comparable(items), comparable(await node.snapshot()));
  if (differing.length === 0) return;
  throw new HarnessError(
    "cluster/not-emptied",
    `node ${node.ref.name} could not be brought back to what it was.\nSaw: ${differing.slice(0, 10).join("\n     ")}\nFix: the cluster is thrown away and another is started.`,
  );
}
