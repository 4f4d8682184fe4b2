import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem, Token } from "../model/state.ts";
import { excerpt } from "./json.ts";
import {
  interfaceToken,
  markTokens,
  nameTokens,
  networkTokens,
  portTokens,
  referenceTokens,
  unique,
} from "./tokens.ts";

const dimensionNames = new Set(["ip", "net", "port", "iface", "mark", "mac", "set"]);

/** Random (initval), grown with load (hashsize, bucketsize). */
const volatileInCreate = / (?:initval|hashsize|bucketsize) \S+/g;
/** Time left and counters; `timeout 0` says that a member stays, which is no time. */
const volatileInAdd = / (?:timeout (?!0(?: |$))|packets |bytes )\d+/g;

/** `80`, `tcp:80`, `tcp:80-90`; `icmp:echo-request` is no port. */
function servicePorts(text: string): readonly Token[] {
  const [protocol, ports] = text.includes(":") ? text.split(":", 2) : [undefined, text];
  return portTokens(ports ?? "", "destination", protocol);
}

function partTokens(dimension: string | undefined, part: string): readonly Token[] {
  switch (dimension) {
    case "port":
      return servicePorts(part);
    case "iface":
      return [interfaceToken(part.replace(/^physdev:/, ""))];
    case "mark":
      return markTokens(part);
    case "set":
      return referenceTokens(part);
    default:
      return networkTokens(part);
  }
}

function memberTokens(type: string, entry: string, rest: string): readonly Token[] {
  const dimensions = type.slice(type.indexOf(":") + 1).split(",");
  const comment = /comment "((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? "";
  const skbmark = /skbmark (\S+)/.exec(rest)?.[1] ?? "";
  const parts = entry.split(",").flatMap((part, index) => partTokens(dimensions[index], part));
  return unique([...parts, ...markTokens(skbmark), ...nameTokens(comment)]);
}

/**
 * Reads `ipset save`. A set is its `create` line, a member its `add` line, both without what is random,
 * counted or running out.
 *
 * @throws {HarnessError} `state/unreadable` for any other line
 */
export function parseIpsetSave(text: string): readonly StateItem[] {
  const types = new Map<string, string>();
  return text.split("\n").flatMap((line): readonly StateItem[] => {
    if (line.trim() === "") return [];
    const [, command, name = "", what = "", rest = ""] = /^(create|add) (\S+) (\S+)(.*)$/.exec(line) ?? [];
    const type = command === "create" ? what : types.get(name);
    if (type === undefined || !type.includes(":") || !dimensionNames.has(type.split(/[:,]/)[1] ?? ""))
      throw new HarnessError("state/unreadable", `ipset: unexpected ${excerpt(line)}.`);
    if (command === "create") {
      types.set(name, type);
      const settings = rest.replace(volatileInCreate, "");
      return [
        {
          family: "ipset",
          chain: name,
          kind: "set",
          text: `create ${name} ${type}${settings}`.trimEnd(),
          tokens: nameTokens(name),
        },
      ];
    }
    const quote = rest.indexOf(' comment "');
    const options = quote === -1 ? rest : rest.slice(0, quote);
    const tail = `${options.replace(volatileInAdd, "")}${quote === -1 ? "" : rest.slice(quote)}`;
    return [
      {
        family: "ipset",
        chain: name,
        kind: "member",
        text: `add ${name} ${what}${tail}`.trimEnd(),
        tokens: memberTokens(type, what, rest),
      },
    ];
  });
}
