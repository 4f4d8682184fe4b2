import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem } from "../model/state.ts";
import type { ClusterNode } from "../node/node.ts";
import { isKernelMade } from "../state/kernel-made.ts";
import { parseLinks, parseNeighbours } from "../state/links.ts";
import { parseRoutes } from "../state/routes.ts";

type Argv = readonly [string, ...string[]];

/** Something that goes when its link goes down, and how to put it back. */
export interface LinkItem {
  readonly item: StateItem;
  readonly restore: Argv;
}

/** What follows the link's state or runs out; `ip` prints it and does not take it back. */
const volatile = / (?:linkdown|dead|offload|trap|rt_trap|(?:expires|error|used|age|users) \S+)(?= |$)/g;

/** `ip` prints the same routes twice: as JSON with numbers for what snapshots call them, as text with names for what to say to make them again. */
export function routesOf(version: 4 | 6, json: string, text: string): readonly LinkItem[] {
  const items = parseRoutes(version, json);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (items.length !== lines.length)
    throw new HarnessError(
      "state/unreadable",
      `ip -${version} route: ${items.length} routes, then ${lines.length}`,
    );
  return items.map((item, index) => {
    const line = ` ${(lines[index] ?? "").replaceAll("\\", " ").trim().split(/\s+/).join(" ")}`;
    const words = line.replace(volatile, "").trim().split(" ");
    return { item, restore: ["ip", `-${version}`, "route", "add", ...words] };
  });
}

function addressesOf(json: string): readonly LinkItem[] {
  return parseLinks(json)
    .filter(({ family }) => family === "address")
    .map((item) => {
      const nodad = item.text.includes(":") ? ["nodad"] : [];
      return { item, restore: ["ip", "addr", "add", ...item.text.split(" "), ...nodad] };
    });
}

function neighboursOf(json: string): readonly LinkItem[] {
  return parseNeighbours(json).map((item) => {
    const words = item.text.split(" ");
    const what = words.at(-1) === "proxy" ? ["proxy", ...words.slice(0, -1)] : words;
    return { item, restore: ["ip", "neigh", "add", ...what] };
  });
}

/** Nothing that the tools print looks like it. */
const mark = "@@leakproof";

/**
 * Everything that lives and dies with a link: its addresses, the routes out of it in every table, its
 * permanent neighbours. What the kernel makes by itself is left out. In an order in which it can be made.
 */
export async function readLinkItems(node: ClusterNode, link: string): Promise<readonly LinkItem[]> {
  const routes = [4, 6].flatMap((version) => [
    `ip -N -j -d -${version} route show table all`,
    `ip -o -d -${version} route show table all`,
  ]);
  const neighbours = ["nud permanent", "proxy"].map((which) => `ip -j neigh show ${which} dev ${link}`);
  const script = [`ip -j -d addr show dev ${link}`, ...routes, ...neighbours].join(`; echo; echo ${mark}; `);
  const { stdout } = await node.exec(["sh", "-ec", script]);
  const [addresses = "", json4 = "", text4 = "", json6 = "", text6 = "", permanent = "", proxies = ""] =
    stdout.split(`\n${mark}\n`);
  const isOut = ({ item }: LinkItem): boolean =>
    item.tokens.some((token) => token.kind === "interface" && token.name === link);
  // A gateway must be reachable when its route is made.
  const hasGateway = ({ item }: LinkItem): number => Number(/ via /.test(item.text));
  return [
    ...addressesOf(addresses),
    ...[...routesOf(4, json4, text4), ...routesOf(6, json6, text6)]
      .filter(isOut)
      .toSorted((one, other) => hasGateway(one) - hasGateway(other)),
    ...neighboursOf(withDevice(permanent, link)),
    ...neighboursOf(withDevice(proxies, link)),
  ].filter(({ item }) => !isKernelMade(item));
}

/** Asked for one link, `ip neigh` leaves its name out. */
function withDevice(json: string, link: string): string {
  const entries = json.trim() === "" ? [] : (JSON.parse(json) as readonly object[]);
  return JSON.stringify(entries.map((entry) => ({ dev: link, ...entry })));
}
