import type { StateItem, Token } from "../model/state.ts";
import { readAddress, renderAddress } from "./address.ts";
import {
  type Json,
  type JsonObject,
  isList,
  isObject,
  objectsOf,
  parseObjects,
  scalar,
  textOf,
} from "./json.ts";
import { interfaceToken, networkTokens, unique } from "./tokens.ts";

/** Settings of a link's kind that somebody chose; the rest are defaults, timers and identifiers derived from random MACs. */
const linkSettings = [
  "type",
  "id",
  "vlan_id",
  "protocol",
  "local",
  "remote",
  "local6",
  "remote6",
  "group",
  "group6",
  "link",
  "port",
  "ttl",
  "learning",
  "external",
  "mode",
  "table",
  "ikey",
  "okey",
  "proto",
  "vlan_filtering",
];

function option(name: string, value: string | undefined): string {
  return value === undefined ? "" : ` ${name} ${value}`;
}

function hasFlag(object: JsonObject, flag: string): boolean {
  const flags = object["flags"];
  return isList(flags) && flags.includes(flag);
}

function canonical(value: Json | undefined): string {
  const text = scalar(value);
  const address = readAddress(text);
  return address === undefined ? text : renderAddress(address);
}

function linkItem(link: JsonObject, name: string): StateItem {
  const info = isObject(link["linkinfo"]) ? link["linkinfo"] : {};
  const settings = isObject(info["info_data"]) ? info["info_data"] : {};
  const chosen = linkSettings.flatMap((key) =>
    settings[key] === undefined ? [] : [[key, canonical(settings[key])] as const],
  );
  const master = textOf(link, "master");
  const text = [
    `link ${name} ${hasFlag(link, "UP") ? "up" : "down"}`,
    option("mtu", textOf(link, "mtu")),
    option("type", textOf(info, "info_kind")),
    ...chosen.map(([key, value]) => ` ${key} ${value}`),
    option("master", master),
    option("alias", textOf(link, "ifalias")),
    hasFlag(link, "NOARP") ? " noarp" : "",
  ].join("");
  const tokens: readonly Token[] = [
    interfaceToken(name),
    ...(master === undefined ? [] : [interfaceToken(master)]),
    ...chosen.flatMap(([key, value]) => (key === "link" ? [interfaceToken(value)] : networkTokens(value))),
  ];
  return { family: "link", kind: "link", text, tokens: unique(tokens) };
}

function addressItem(name: string, entry: JsonObject): StateItem | undefined {
  const local = readAddress(textOf(entry, "local") ?? "");
  if (local === undefined) return undefined;
  const address = renderAddress(local);
  const peer = textOf(entry, "address");
  const text = [
    address,
    option("peer", peer === undefined ? undefined : canonical(peer)),
    `/${textOf(entry, "prefixlen") ?? ""} dev ${name}`,
    option("scope", textOf(entry, "scope")),
    entry["noprefixroute"] === true ? " noprefixroute" : "",
    option("proto", textOf(entry, "protocol")),
  ].join("");
  const tokens = [
    ...networkTokens(address),
    ...(peer === undefined ? [] : networkTokens(peer)),
    interfaceToken(name),
  ];
  return { family: "address", kind: "address", text, tokens: unique(tokens) };
}

/** Links are named `veth1` even where `ip` shows `veth1@if4`. */
function linkName(link: JsonObject): string {
  return (textOf(link, "ifname") ?? "").split("@", 1)[0] ?? "";
}

/**
 * Reads `ip -j -d addr`, which shows links as well. Indexes, MAC addresses, peers, queueing, states that
 * follow the carrier, lifetimes and duplicate address detection stay out.
 *
 * @throws {HarnessError} `state/unreadable` where it is no list of links
 */
export function parseLinks(text: string): readonly StateItem[] {
  return parseObjects("ip addr", text).flatMap((link) => {
    const name = linkName(link);
    const addresses = objectsOf(link, "addr_info").flatMap((entry) => addressItem(name, entry) ?? []);
    return [linkItem(link, name), ...addresses];
  });
}

/**
 * Reads `ip -j neigh show nud permanent` and `ip -j neigh show proxy`: the entries that somebody made,
 * not those that the kernel learned.
 *
 * @throws {HarnessError} `state/unreadable` where it is no list of neighbours
 */
export function parseNeighbours(text: string): readonly StateItem[] {
  return parseObjects("ip neigh", text).map((entry) => {
    const address = canonical(entry["dst"]);
    const dev = textOf(entry, "dev");
    const state = entry["proxy"] === undefined ? " nud permanent" : " proxy";
    const text = `${address}${option("dev", dev)}${option("lladdr", textOf(entry, "lladdr"))}${state}`;
    const tokens = [...networkTokens(address), ...(dev === undefined ? [] : [interfaceToken(dev)])];
    return { family: "neighbour", kind: "neighbour", text, tokens: unique(tokens) };
  });
}
