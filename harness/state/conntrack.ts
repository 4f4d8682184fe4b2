import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem, Token } from "../model/state.ts";
import { readAddress, renderAddress } from "./address.ts";
import { excerpt } from "./json.ts";
import { networkTokens, portTokens, unique } from "./tokens.ts";

/** Fields that identify a flow; those of the answer come second. Marks, states, timers and counters vary. */
const identity = new Set([
  "src",
  "dst",
  "sport",
  "dport",
  "type",
  "code",
  "id",
  "srckey",
  "dstkey",
  "zone",
  "zone-orig",
  "zone-reply",
]);

function canonical(key: string, value: string): string {
  const address = key === "src" || key === "dst" ? readAddress(value) : undefined;
  return address === undefined ? value : renderAddress(address);
}

function fieldTokens(key: string, value: string, protocol: string): readonly Token[] {
  if (key === "src" || key === "dst") return networkTokens(value);
  if (key === "sport") return portTokens(value, "source", protocol);
  return key === "dport" ? portTokens(value, "destination", protocol) : [];
}

function flowItem(line: string): StateItem {
  const [family, , protocol = "", number = "", ...rest] = line.trim().split(/\s+/);
  const fields = rest.flatMap((word) => {
    const [, key = "", value = ""] = /^([a-z-]+)=(.*)$/.exec(word) ?? [];
    return identity.has(key) ? [[key, canonical(key, value)] as const] : [];
  });
  if (
    !/^ipv[46]$/.test(family ?? "") ||
    !/^\d+$/.test(number) ||
    fields.filter(([key]) => key === "src").length !== 2
  )
    throw new HarnessError("state/unreadable", `conntrack: unexpected ${excerpt(line)}.`);
  const name = protocol === "unknown" ? `proto-${number}` : protocol;
  const text = [name, ...fields.map(([key, value]) => `${key}=${value}`)].join(" ");
  return {
    family: "conntrack",
    kind: "flow",
    text,
    tokens: unique(fields.flatMap(([key, value]) => fieldTokens(key, value, name))),
  };
}

/**
 * Flows of the harness's own looks at the API server: to port 6443 of a node's address, and from there to
 * the control plane's ports (harness/cluster/sandbox/addresses.ts). There are dozens a second, and they say
 * nothing of an engine.
 */
const ownFlow = / dport=(?:6443|20[01]\d\d) /;

/**
 * Reads `conntrack -L -o extended`: per flow both directions' addresses and ports. Flows of our own are left out.
 *
 * @throws {HarnessError} `state/unreadable` for a line that is no flow
 */
export function parseConntrack(text: string): readonly StateItem[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !ownFlow.test(line))
    .map(flowItem);
}
