import type { Token } from "../model/state.ts";
import { type Json, type JsonObject, isList, isObject, scalar, textOf } from "./json.ts";
import {
  addressTokensIn,
  interfaceToken,
  markToken,
  nameTokens,
  networkTokens,
  portToken,
  prefixTokens,
  referenceTokens,
  unique,
} from "./tokens.ts";

/** What the values at one place of an expression mean. */
interface Meaning {
  readonly kind:
    | "address"
    | "source"
    | "destination"
    | "target"
    | "protocol"
    | "mark"
    | "interface"
    | "other";
  readonly protocol?: string;
  readonly mask?: number;
}

const other: Meaning = { kind: "other" };
const protocolNames: Readonly<Record<string, string>> = {
  6: "tcp",
  17: "udp",
  33: "dccp",
  132: "sctp",
  136: "udplite",
};
const interfaceKeys = new Set(["iif", "oif", "iifname", "oifname", "ibrname", "obrname", "sdifname", "sdif"]);

function payloadMeaning(payload: JsonObject): Meaning {
  const protocol = textOf(payload, "protocol");
  const named = protocol === undefined || protocol === "th" ? {} : { protocol };
  switch (payload["field"]) {
    case "dport":
      return { kind: "destination", ...named };
    case "sport":
      return { kind: "source", ...named };
    case "protocol":
    case "nexthdr":
      return { kind: "protocol" };
    default:
      return other;
  }
}

function ctMeaning(ct: JsonObject): Meaning {
  const key = textOf(ct, "key");
  if (key === "mark") return { kind: "mark" };
  if (key === "proto-dst") return { kind: "destination" };
  return key === "proto-src" ? { kind: "source" } : other;
}

/** What the value that `expression` is compared with means. */
function meaningOf(expression: Json | undefined): Meaning {
  if (!isObject(expression)) return other;
  const { payload, meta, ct, "&": and } = expression;
  if (isObject(payload)) return payloadMeaning(payload);
  if (isObject(ct)) return ctMeaning(ct);
  if (isList(and) && typeof and[1] === "number") return { ...meaningOf(and[0]), mask: and[1] };
  if (!isObject(meta)) return other;
  const key = textOf(meta, "key") ?? "";
  if (key === "mark") return { kind: "mark" };
  if (key === "l4proto") return { kind: "protocol" };
  return interfaceKeys.has(key) ? { kind: "interface" } : other;
}

function meaningsOf(expression: Json | undefined): readonly Meaning[] {
  const parts = isObject(expression) ? expression["concat"] : undefined;
  return isList(parts) ? parts.map(meaningOf) : [meaningOf(expression)];
}

/** What the parts of a set's or map's data type mean: `ipv4_addr . inet_proto . inet_service`. */
export function typeMeanings(type: Json | undefined, port: "destination" | "target"): readonly Meaning[] {
  const parts = isList(type)
    ? type.map((part) => (typeof part === "string" ? part : ""))
    : scalar(type).split(" . ");
  const kinds: Readonly<Record<string, Meaning>> = {
    inet_service: { kind: port },
    inet_proto: { kind: "protocol" },
    mark: { kind: "mark" },
    ifname: { kind: "interface" },
    iface_index: { kind: "interface" },
  };
  // `typeof` sets print what they are compared with, e.g. `ip daddr` or `th dport`.
  return parts.map((part) => kinds[part] ?? (/ [ds]port$/.test(part) ? { kind: port } : other));
}

function numberTokens(first: number, last: number, meaning: Meaning): readonly Token[] {
  // `mark & 0x4000 != 0` asks for the bits of the mask.
  if (meaning.kind === "mark" && first === 0 && meaning.mask !== undefined)
    return [markToken(meaning.mask, meaning.mask)];
  if (meaning.kind === "mark")
    return [markToken(first, meaning.mask), ...(last === first ? [] : [markToken(last, meaning.mask)])];
  if (meaning.kind === "source" || meaning.kind === "destination" || meaning.kind === "target")
    return [portToken(first, last, meaning.kind, meaning.protocol)];
  return [];
}

function stringTokens(value: string, meaning: Meaning): readonly Token[] {
  if (value.startsWith("@")) return referenceTokens(value.slice(1));
  if (meaning.kind === "interface") return [interfaceToken(value)];
  return networkTokens(value);
}

function rangeTokens(range: readonly Json[], meaning: Meaning): readonly Token[] {
  const [first, last] = range;
  if (typeof first === "number" && typeof last === "number") return numberTokens(first, last, meaning);
  return networkTokens(`${scalar(first)}-${scalar(last)}`);
}

function concatTokens(parts: readonly Json[], meanings: readonly Meaning[]): readonly Token[] {
  const at = meanings.findIndex((meaning) => meaning.kind === "protocol");
  const protocol =
    typeof parts[at] === "string" || typeof parts[at] === "number" ? String(parts[at]) : undefined;
  const named = protocol === undefined ? {} : { protocol: protocolNames[protocol] ?? protocol };
  return parts.flatMap((part, index) => valueTokens(part, [{ ...named, ...(meanings[index] ?? other) }]));
}

/** Tokens of a value (right side of a match, element of a set) whose parts mean `meanings`. */
export function valueTokens(value: Json | undefined, meanings: readonly Meaning[]): readonly Token[] {
  const meaning = meanings[0] ?? other;
  if (typeof value === "string") return stringTokens(value, meaning);
  if (typeof value === "number") return numberTokens(value, value, meaning);
  if (isList(value)) return value.flatMap((part) => valueTokens(part, meanings));
  if (!isObject(value)) return [];
  const { prefix, range, concat, set, elem } = value;
  if (isObject(prefix)) return prefixTokens(textOf(prefix, "addr") ?? "", Number(prefix["len"]));
  if (isList(range)) return rangeTokens(range, meaning);
  if (isList(concat)) return concatTokens(concat, meanings);
  if (isList(set)) return set.flatMap((entry) => valueTokens(entry, meanings));
  if (isObject(elem))
    return [...valueTokens(elem["val"], meanings), ...nameTokens(textOf(elem, "comment") ?? "")];
  return statementTokens(value);
}

/** Tokens of an anonymous or named set or map that is looked up by `key`; map values mean `data`. */
function lookupTokens(lookup: JsonObject, data: readonly Meaning[]): readonly Token[] {
  const keys = meaningsOf(lookup["key"]);
  const content = lookup["data"];
  const entries = isObject(content) ? content["set"] : undefined;
  const inner = isList(entries)
    ? entries.flatMap((entry) =>
        isList(entry)
          ? [...valueTokens(entry[0], keys), ...valueTokens(entry[1], data)]
          : valueTokens(entry, keys),
      )
    : valueTokens(content, keys);
  return [...valueTokens(lookup["key"], []), ...inner];
}

/** The mark and mask that `meta mark set value` sets, from the forms in which nft writes it. */
function markSetTokens(value: Json | undefined): readonly Token[] {
  if (typeof value === "number") return [markToken(value)];
  if (!isObject(value)) return [];
  const { "|": or, "^": xor, "&": and } = value;
  const operands = isList(or) ? or : isList(xor) ? xor : undefined;
  if (operands !== undefined && typeof operands[1] === "number") {
    const inner = isObject(operands[0]) ? operands[0]["&"] : undefined;
    const kept = isList(inner) && typeof inner[1] === "number" ? inner[1] : 0xffffffff;
    return [markToken(operands[1], ~kept | operands[1])];
  }
  return isList(and) && typeof and[1] === "number" ? [markToken(0, ~and[1])] : [];
}

function natTokens(value: JsonObject, protocol: string | undefined): readonly Token[] {
  const named = protocol === undefined ? {} : { protocol };
  const target: Meaning = { kind: "target", ...named };
  const address = value["addr"];
  const map = isObject(address) ? address["map"] : undefined;
  return [
    ...(isObject(map) ? lookupTokens(map, [{ kind: "address" }, target]) : valueTokens(address, [])),
    ...valueTokens(value["port"], [target]),
  ];
}

/** Tokens of one statement of a rule; `protocol` is the transport protocol that the rule matches. */
function statementTokens(statement: Json | undefined, protocol?: string): readonly Token[] {
  if (typeof statement === "string") return textTokens(statement);
  if (!isObject(statement)) return [];
  const tokens: Token[] = [];
  for (const key in statement) {
    const value = statement[key];
    if (isObject(value)) tokens.push(...keyedTokens(key, value, protocol));
  }
  return tokens;
}

function keyedTokens(key: string, value: JsonObject, protocol: string | undefined): readonly Token[] {
  switch (key) {
    case "match": {
      const meanings = meaningsOf(value["left"]).map((meaning) =>
        protocol === undefined ? meaning : { protocol, ...meaning },
      );
      return [...statementTokens(value["left"]), ...valueTokens(value["right"], meanings)];
    }
    case "vmap":
    case "map":
      if (value["key"] !== undefined) return lookupTokens(value, []);
      return Object.values(value).flatMap((part) => valueTokens(part, []));
    case "mangle":
      return [
        ...(meaningOf(value["key"]).kind === "mark" ? markSetTokens(value["value"]) : []),
        ...valueTokens(value["value"], []),
      ];
    case "jump":
    case "goto":
      return referenceTokens(textOf(value, "target") ?? "");
    case "dnat":
    case "snat":
    case "redirect":
    case "masquerade":
    case "tproxy":
      return natTokens(value, protocol);
    case "dup":
    case "fwd":
      return [...valueTokens(value["addr"], []), ...valueTokens(value["dev"], [{ kind: "interface" }])];
    case "payload":
    case "meta":
    case "counter":
      return [];
    case "log":
      return nameTokens(textOf(value, "prefix") ?? "");
    default:
      return Object.values(value).flatMap((part) => valueTokens(part, []));
  }
}

/** nft writes a statement that it has no JSON for (an anonymous chain) as nft text. */
function textTokens(text: string): readonly Token[] {
  const references = [...text.matchAll(/(?:@|\b(?:jump|goto) )([^\s{};,:]+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : referenceTokens(name),
  );
  return [...references, ...addressTokensIn(text)];
}

/** The transport protocol that a rule matches, by `meta l4proto tcp` or by a field of its header. */
function ruleProtocol(statements: readonly Json[]): string | undefined {
  for (const statement of statements) {
    const match = isObject(statement) ? statement["match"] : undefined;
    if (!isObject(match)) continue;
    const meaning = meaningOf(match["left"]);
    if (meaning.protocol !== undefined && meaning.kind !== "other") return meaning.protocol;
    const right = match["right"];
    if (meaning.kind === "protocol" && (typeof right === "string" || typeof right === "number"))
      return protocolNames[right] ?? String(right);
  }
  return undefined;
}

/** Tokens of all statements of a rule and of its comment. */
export function ruleTokens(statements: readonly Json[], comment: string | undefined): readonly Token[] {
  const protocol = ruleProtocol(statements);
  return unique([
    ...statements.flatMap((statement) => statementTokens(statement, protocol)),
    ...nameTokens(comment ?? ""),
  ]);
}
