import type { StateItem, Token } from "../model/state.ts";
import { readNetwork, renderInterval } from "./address.ts";
import { type JsonObject, isList, objectsOf, parseObjects, scalar, textOf } from "./json.ts";
import { interfaceToken, markTokens, networkTokens, portToken, unique } from "./tokens.ts";

type Version = 4 | 6;

const types: Readonly<Record<string, string>> = {
  1: "unicast",
  2: "local",
  3: "broadcast",
  4: "anycast",
  5: "multicast",
  6: "blackhole",
  7: "unreachable",
  8: "prohibit",
  9: "throw",
  10: "nat",
};
const scopes: Readonly<Record<string, string>> = {
  0: "global",
  200: "site",
  253: "link",
  254: "host",
  255: "nowhere",
};
const protocols: Readonly<Record<string, string>> = {
  0: "unspec",
  1: "redirect",
  2: "kernel",
  3: "boot",
  4: "static",
  9: "ra",
  16: "dhcp",
};
const tables: Readonly<Record<string, string>> = { default: "253", main: "254", local: "255" };
const transports: Readonly<Record<string, string>> = {
  "ipproto-6": "tcp",
  "ipproto-17": "udp",
  "ipproto-132": "sctp",
};

/** Written apart, or not at all: what runs out, what a cache counts, what the link's state adds. */
const routeFieldsApart = new Set([
  "type",
  "dst",
  "table",
  "protocol",
  "scope",
  "flags",
  "nexthops",
  "gateway",
  "via",
  "dev",
  "expires",
  "used",
  "age",
  "users",
  "error",
  "cache",
  "pref",
]);
const lastingFlags = new Set(["onlink", "pervasive"]);

/** A field that `ip` prints as a number (with -N) or by its name. */
function named(object: JsonObject, key: string, names: Readonly<Record<string, string>>): string | undefined {
  const text = textOf(object, key);
  return text === undefined ? undefined : (names[text] ?? text);
}

function tableId(object: JsonObject): string {
  return named(object, "table", tables) ?? "254";
}

/** One spelling of a network: `default` becomes the network of its family, so that both families stay apart. */
function network(text: string, version: Version): string {
  if (text === "default" || text === "all" || text === "any") return version === 4 ? "0.0.0.0/0" : "::/0";
  const token = readNetwork(text);
  return token === undefined ? text : renderInterval(token);
}

function option(name: string, value: string | undefined): string {
  return value === undefined ? "" : ` ${name} ${value}`;
}

function flagsOf(object: JsonObject): string {
  const flags = object["flags"];
  return (isList(flags) ? flags : [])
    .filter((flag) => lastingFlags.has(scalar(flag)))
    .map((flag) => ` ${scalar(flag)}`)
    .join("");
}

function viaHost(hop: JsonObject): string | undefined {
  const via = hop["via"];
  return typeof via === "object" && via !== null && !isList(via) ? textOf(via, "host") : undefined;
}

/** The way out: ` via ADDRESS dev NAME`. */
function hopText(hop: JsonObject): string {
  return `${option("via", textOf(hop, "gateway") ?? viaHost(hop))}${option("dev", textOf(hop, "dev"))}`;
}

function hopTokens(hop: JsonObject): readonly Token[] {
  const via = textOf(hop, "gateway") ?? viaHost(hop);
  const dev = textOf(hop, "dev");
  return [
    ...(via === undefined ? [] : networkTokens(via)),
    ...(dev === undefined ? [] : [interfaceToken(dev)]),
  ];
}

function routeItem(route: JsonObject, version: Version): StateItem {
  const hops = objectsOf(route, "nexthops");
  const dst = network(textOf(route, "dst") ?? "default", version);
  const rest = Object.keys(route)
    .filter((key) => !routeFieldsApart.has(key))
    .toSorted();
  const text = [
    named(route, "type", types) ?? "unicast",
    ` ${dst}`,
    hopText(route),
    option("proto", named(route, "protocol", protocols)),
    option("scope", named(route, "scope", scopes)),
    ...rest.map((key) => ` ${key} ${scalar(route[key])}`),
    flagsOf(route),
    ...hops
      .map((hop) => ` nexthop${hopText(hop)}${option("weight", textOf(hop, "weight"))}${flagsOf(hop)}`)
      .toSorted(),
  ].join("");
  const tokens = [
    ...networkTokens(dst),
    ...[route, ...hops].flatMap(hopTokens),
    ...networkTokens(textOf(route, "prefsrc") ?? ""),
    ...networkTokens(textOf(route, "from") ?? ""),
  ];
  return { family: "route", table: tableId(route), kind: "route", text, tokens: unique(tokens) };
}

/**
 * Reads `ip -N -j -d route show table all` of one IP version.
 *
 * @throws {HarnessError} `state/unreadable` where it is no list of routes
 */
export function parseRoutes(version: Version, text: string): readonly StateItem[] {
  return parseObjects("ip route", text).map((route) => routeItem(route, version));
}

function selector(rule: JsonObject, name: "src" | "dst", version: Version): string | undefined {
  const address = textOf(rule, name);
  if (address === undefined) return undefined;
  const length = textOf(rule, `${name}len`);
  return address === "all"
    ? "all"
    : network(length === undefined ? address : `${address}/${length}`, version);
}

function portRange(rule: JsonObject, name: "sport" | "dport"): readonly [number, number] | undefined {
  const first = rule[`${name}_start`] ?? rule[name];
  const last = rule[`${name}_end`] ?? first;
  return typeof first === "number" && typeof last === "number" ? [first, last] : undefined;
}

const ruleFieldsApart = new Set([
  "priority",
  "src",
  "srclen",
  "dst",
  "dstlen",
  "iif",
  "oif",
  "fwmark",
  "fwmask",
  "ipproto",
  "table",
  "action",
  "protocol",
  "sport",
  "dport",
  "sport_start",
  "sport_end",
  "dport_start",
  "dport_end",
  "iif_detached",
  "oif_detached",
]);

function ruleItem(rule: JsonObject, version: Version): StateItem {
  const field = (name: string): string | undefined => textOf(rule, name);
  const mark =
    field("fwmark") === undefined
      ? undefined
      : `${field("fwmark") ?? ""}${rule["fwmask"] === undefined ? "" : `/${field("fwmask") ?? ""}`}`;
  const protocol = named(rule, "ipproto", transports);
  const src = selector(rule, "src", version);
  const dst = selector(rule, "dst", version);
  const sport = portRange(rule, "sport");
  const dport = portRange(rule, "dport");
  const rest = Object.keys(rule)
    .filter((key) => !ruleFieldsApart.has(key))
    .toSorted();
  const parts = [
    `-${version} pref ${field("priority") ?? "0"}`,
    rule["not"] === undefined ? "" : " not",
    option("from", src),
    option("to", dst),
    option("fwmark", mark),
    option("iif", field("iif")),
    option("oif", field("oif")),
    option("ipproto", protocol),
    option("sport", sport?.join("-")),
    option("dport", dport?.join("-")),
    ...rest.filter((key) => key !== "not").map((key) => ` ${key} ${scalar(rule[key])}`),
    option("lookup", rule["table"] === undefined ? undefined : tableId(rule)),
    rule["action"] === undefined ? "" : ` ${named(rule, "action", types) ?? ""}`,
    option("proto", named(rule, "protocol", protocols)),
  ];
  const tokens: readonly Token[] = [
    ...[src, dst].flatMap((text) => (text === undefined ? [] : networkTokens(text))),
    ...markTokens(mark ?? ""),
    ...["iif", "oif"].flatMap((key) => (field(key) === undefined ? [] : [interfaceToken(field(key) ?? "")])),
    ...(sport === undefined ? [] : [portToken(sport[0], sport[1], "source", protocol)]),
    ...(dport === undefined ? [] : [portToken(dport[0], dport[1], "destination", protocol)]),
  ];
  return { family: "rule", kind: "rule", text: parts.join(""), tokens: unique(tokens) };
}

/**
 * Reads `ip -N -j -d rule` of one IP version, in order of preference.
 *
 * @throws {HarnessError} `state/unreadable` where it is no list of rules
 */
export function parseRules(version: Version, text: string): readonly StateItem[] {
  return parseObjects("ip rule", text).map((rule) => ruleItem(rule, version));
}
