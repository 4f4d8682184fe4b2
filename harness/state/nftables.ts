import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem, Token } from "../model/state.ts";
import type { SavedTables } from "./iptables.ts";
import {
  excerpt,
  type Json,
  type JsonObject,
  isList,
  isObject,
  objectsOf,
  parseJson,
  textOf,
} from "./json.ts";
import { renderEntry, renderExpression, renderStatement } from "./nft-text.ts";
import { ruleTokens, typeMeanings, valueTokens } from "./nft-tokens.ts";
import { interfaceToken, nameTokens, unique } from "./tokens.ts";

/** What iptables-nft-save and ip6tables-nft-save printed at about the same time. */
export interface SavedByIptables {
  readonly ip: SavedTables;
  readonly ip6: SavedTables;
}

/** A rule that iptables-nft-save printed without the part that makes it what it is. */
export interface LossyRule {
  readonly family: "ip" | "ip6";
  readonly table: string;
  readonly chain: string;
  /** Place among the rules of its chain, from 0. */
  readonly index: number;
  /** Number of rules in the chain. */
  readonly of: number;
}

export interface NftRuleset {
  readonly items: readonly StateItem[];
  readonly lossy: readonly LossyRule[];
}

/** Random, counted or volatile: no part of an object's identity. */
const volatileFields = new Set([
  "family",
  "table",
  "name",
  "handle",
  "packets",
  "used",
  "elem",
  "index",
  "position",
]);

const nativeKeys = new Set(["set", "map", "vmap", "concat"]);

function tableOf(value: JsonObject): string {
  return `${textOf(value, "family") ?? ""} ${textOf(value, "table") ?? textOf(value, "name") ?? ""}`;
}

function item(
  value: JsonObject,
  kind: StateItem["kind"],
  chain: string | undefined,
  text: string,
  tokens: readonly Token[],
): StateItem {
  const common = { family: "nftables", table: tableOf(value), kind, text, tokens: unique(tokens) } as const;
  return chain === undefined ? common : { ...common, chain };
}

/** `{ key value; key value; }` of the given fields that are there. */
function renderBlock(value: JsonObject, fields: readonly string[]): string {
  const parts = fields.flatMap((field) => {
    const inner = value[field];
    if (inner === undefined) return [];
    const text =
      field === "comment"
        ? JSON.stringify(inner)
        : isList(inner)
          ? inner.map(renderExpression).join(" . ")
          : renderExpression(inner);
    return [`${field} ${text};`];
  });
  return parts.length === 0 ? "" : ` { ${parts.join(" ")} }`;
}

function devices(value: JsonObject): readonly Token[] {
  const names = value["dev"];
  return (isList(names) ? names : [names]).flatMap((name) =>
    typeof name === "string" ? [interfaceToken(name)] : [],
  );
}

function chainItem(value: JsonObject): StateItem {
  const name = textOf(value, "name") ?? "";
  const text = `add chain ${name}${renderBlock(value, ["type", "hook", "dev", "prio", "policy"])}`;
  return item(value, "chain", name, text, [...nameTokens(name), ...devices(value)]);
}

function ruleItem(value: JsonObject): StateItem {
  const statements = isList(value["expr"]) ? value["expr"] : [];
  const comment = textOf(value, "comment");
  const texts = statements.map(renderStatement).filter(Boolean);
  const text = [
    "add rule",
    textOf(value, "chain") ?? "",
    ...texts,
    ...(comment === undefined ? [] : [`comment ${JSON.stringify(comment)}`]),
  ];
  return item(value, "rule", textOf(value, "chain"), text.join(" "), ruleTokens(statements, comment));
}

function memberItem(value: JsonObject, name: string, entry: Json): StateItem {
  const keys = typeMeanings(value["type"], "destination");
  const data = typeMeanings(value["map"], "target");
  const [key, mapped] = isList(entry) ? entry : [entry];
  const tokens = [...valueTokens(key, keys), ...valueTokens(mapped, data)];
  return item(value, "member", name, `add element ${name} { ${renderEntry(entry)} }`, tokens);
}

function setItems(kind: "set" | "map", value: JsonObject): readonly StateItem[] {
  const name = textOf(value, "name") ?? "";
  const comment = textOf(value, "comment") ?? "";
  const block = renderBlock(value, [
    "type",
    "map",
    "flags",
    "timeout",
    "size",
    "policy",
    "auto-merge",
    "comment",
  ]);
  const elements = isList(value["elem"]) ? value["elem"] : [];
  return [
    item(value, kind, name, `add ${kind} ${name}${block}`, [...nameTokens(name), ...nameTokens(comment)]),
    ...elements.map((entry) => memberItem(value, name, entry)),
  ];
}

/** Counters, quotas, limits, flowtables and the like, that rules refer to by name. */
function objectItem(type: string, value: JsonObject): StateItem {
  const name = textOf(value, "name") ?? "";
  const fields = Object.keys(value).filter(
    (key) => !volatileFields.has(key) && !(type === "counter" && key === "bytes"),
  );
  const text = `add ${type} ${name}${renderBlock(value, fields.toSorted())}`;
  return item(value, "value", undefined, text, [...nameTokens(name), ...devices(value)]);
}

function toItems(type: string, value: JsonObject): readonly StateItem[] {
  if (type === "metainfo") return [];
  if (type === "table")
    return [
      item(value, "table", undefined, `add table ${tableOf(value)}`, nameTokens(textOf(value, "name") ?? "")),
    ];
  if (type === "chain") return [chainItem(value)];
  if (type === "rule") return [ruleItem(value)];
  return type === "set" || type === "map" ? setItems(type, value) : [objectItem(type, value)];
}

function isXtables(value: Json | undefined): boolean {
  return isList(value) && value.some((statement) => isObject(statement) && statement["xt"] !== undefined);
}

/**
 * Whether a rule uses what iptables-nft never writes. iptables-nft-save (1.8.9) calls a table with such
 * rules compatible, and prints them without the lookup: `-A INPUT -j DROP`.
 */
function isNative(value: Json | undefined): boolean {
  if (typeof value === "string") return value.startsWith("@");
  if (isList(value)) return value.some(isNative);
  if (!isObject(value)) return false;
  for (const key in value) if (nativeKeys.has(key) || (key !== "log" && isNative(value[key]))) return true;
  return false;
}

type Entry = readonly [type: string, value: JsonObject];

function readEntries(text: string): readonly Entry[] {
  const root = parseJson("nft", text);
  const entries = (isObject(root) ? objectsOf(root, "nftables") : []).flatMap((object): readonly Entry[] =>
    Object.entries(object).flatMap(([type, value]): readonly Entry[] =>
      isObject(value) ? [[type, value]] : [],
    ),
  );
  if (!entries.some(([type]) => type === "metainfo"))
    throw new HarnessError("state/unreadable", `nft printed no ruleset: ${excerpt(text)}`);
  return entries;
}

/** Rules in kernel order, by table and chain. */
function rulesByChain(entries: readonly Entry[]): ReadonlyMap<string, readonly JsonObject[]> {
  const rules = new Map<string, JsonObject[]>();
  for (const [type, value] of entries) {
    if (type !== "rule") continue;
    const key = `${tableOf(value)} ${textOf(value, "chain") ?? ""}`;
    const list = rules.get(key);
    if (list === undefined) rules.set(key, [value]);
    else list.push(value);
  }
  return rules;
}

function findLossy(
  rules: Iterable<readonly JsonObject[]>,
  isSaved: (value: JsonObject) => boolean,
): readonly LossyRule[] {
  return [...rules].flatMap((chain) =>
    chain.flatMap((value, index): readonly LossyRule[] => {
      if (!isSaved(value) || !isNative(value["expr"])) return [];
      const family = value["family"] === "ip6" ? "ip6" : "ip";
      return [
        {
          family,
          table: textOf(value, "table") ?? "",
          chain: textOf(value, "chain") ?? "",
          index,
          of: chain.length,
        },
      ];
    }),
  );
}

/** What would be lost: xt matches and targets are opaque in JSON, and only iptables-nft-save decodes them. */
function expectReadable(
  entries: readonly Entry[],
  saved: SavedByIptables,
  isSaved: (value: JsonObject) => boolean,
): void {
  const opaque = entries.find(
    ([type, value]) => type === "rule" && !isSaved(value) && isXtables(value["expr"]),
  );
  if (opaque !== undefined)
    throw new HarnessError(
      "state/tool-failed",
      `table ${tableOf(opaque[1])} holds rules of iptables-nft that iptables-nft-save does not print (native rules in the same table make it "incompatible"). Its matches and targets cannot be read.`,
    );
  const tables = new Set(entries.map(([, value]) => tableOf(value)));
  for (const family of ["ip", "ip6"] as const)
    for (const table of saved[family].incompatible)
      if (!tables.has(`${family} ${table}`))
        throw new HarnessError(
          "state/tool-failed",
          `iptables-nft-save cannot read table ${family} ${table}, and nft does not list it. Take the snapshot again.`,
        );
}

/**
 * Reads `nft -j list ruleset`. A table that iptables-nft-save printed is left to it, but for sets, maps
 * and rules of native nft in it, which that tool hides.
 *
 * @param saved - decides who reads a table: whoever printed it, not its name
 * @throws {HarnessError} `state/tool-failed` where a table can be read by neither tool;
 *   `state/unreadable` for text that is no ruleset
 */
export function parseNftRuleset(text: string, saved: SavedByIptables): NftRuleset {
  const entries = readEntries(text);
  const isSaved = (value: JsonObject): boolean => {
    const family = value["family"];
    return (
      (family === "ip" || family === "ip6") &&
      saved[family].tables.has(textOf(value, "table") ?? textOf(value, "name") ?? "")
    );
  };
  expectReadable(entries, saved, isSaved);
  const items = entries.flatMap(([type, value]) => {
    const isLeft =
      isSaved(value) &&
      (type === "table" || type === "chain" || (type === "rule" && !isNative(value["expr"])));
    return isLeft ? [] : toItems(type, value);
  });
  return { items, lossy: findLossy(rulesByChain(entries).values(), isSaved) };
}
