import type { AddressToken, PortToken, StateItem, Token } from "../model/state.ts";
import { isSingle, parseAddress, renderAddress } from "../state/address.ts";
import type { Identity } from "./identity.ts";

/** The most addresses that an interval may have to be taken for a list of single ones. */
const widestList = 32n;

/** The single addresses that an interval stands for, where it is no network but addresses of ours side by side. */
function membersOf(token: AddressToken, known: ReadonlySet<string>): readonly string[] {
  if (isSingle(token)) return [token.first];
  if (!known.has(token.first) || !known.has(token.last)) return [];
  const first = parseAddress(token.first).value;
  const size = parseAddress(token.last).value - first + 1n;
  if (size > widestList) return [];
  const members = Array.from({ length: Number(size) }, (_, offset) =>
    renderAddress({ family: token.family, value: first + BigInt(offset) }),
  );
  // nft merges neighbouring set elements: 10.0.0.5 and 10.0.0.6 become 10.0.0.5-10.0.0.6.
  return members.every((member) => known.has(member)) ? members : [];
}

/**
 * Single addresses that an item names. A wider network names none of its addresses: a rule for
 * 10.244.0.0/16 is not about 10.244.0.5.
 *
 * @param known - addresses that objects named; an interval of nothing else is read as a list of them
 */
function addressesNamedBy(item: StateItem, known: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(item.tokens.flatMap((token) => (token.kind === "addresses" ? membersOf(token, known) : [])));
}

function isPort(token: Token, role: PortToken["role"], protocol: string, port: number): boolean {
  if (token.kind !== "ports" || token.role !== role) return false;
  const isProtocol = token.protocol === undefined || token.protocol.toLowerCase() === protocol;
  return isProtocol && token.first === port && token.last === port;
}

/** Whether `text` has the name as a word of its own: `lp-a1/web:http` has `web`, `web-2` has not. */
function hasWord(text: string, name: string): boolean {
  const at = text.indexOf(name);
  if (at < 0) return false;
  const isPartOf = /[a-z0-9.-]/i;
  const before = text.charAt(at - 1);
  const after = text.charAt(at + name.length);
  return (!isPartOf.test(before) && !isPartOf.test(after)) || hasWord(text.slice(at + 1), name);
}

/** Whether an item names an identity: by its decoded tokens, so that spelling does not matter. */
export function namesIdentity(item: StateItem, identity: Identity, known: ReadonlySet<string>): boolean {
  switch (identity.kind) {
    case "address":
      return addressesNamedBy(item, known).has(identity.address);
    case "port-pair": {
      const { address, protocol, port } = identity;
      const role = identity.side === "service" ? "destination" : "target";
      return (
        item.tokens.some((token) => isPort(token, role, protocol, port)) &&
        addressesNamedBy(item, known).has(address)
      );
    }
    case "node-port":
      return item.tokens.some((token) => isPort(token, "destination", identity.protocol, identity.port));
    case "name":
      return item.tokens.some(
        (token) =>
          (token.kind === "name" || token.kind === "reference") && hasWord(token.name, identity.name),
      );
    case "network":
      return false;
  }
}
