/** Every family of items. */
export const families = [
  "iptables-legacy",
  "ip6tables-legacy",
  "iptables-nft",
  "ip6tables-nft",
  "nftables",
  "ipset",
  "ipvs",
  "address",
  "link",
  "route",
  "rule",
  "neighbour",
  "conntrack",
  "sysctl",
] as const;

/**
 * Where an item lives in the kernel. The two iptables back ends are apart on purpose: a rule in one is
 * invisible to the tools of the other.
 */
export type Family = (typeof families)[number];

/** An identity that an item names, decoded to one spelling. */
export type Token =
  /** Addresses from `first` to `last`, both included, in canonical text (v6 compressed, lower case). One address: `first === last`. */
  | { readonly kind: "addresses"; readonly family: 4 | 6; readonly first: string; readonly last: string }
  /** Ports from `first` to `last`, both included; `role` says which side the item matches or sets. */
  | {
      readonly kind: "ports";
      readonly first: number;
      readonly last: number;
      readonly protocol?: string;
      readonly role: "source" | "destination" | "target";
    }
  /** A firewall mark as `0xvalue/0xmask`, lower case hexadecimal. */
  | { readonly kind: "mark"; readonly value: string }
  /** An interface. */
  | { readonly kind: "interface"; readonly name: string }
  /** A chain, set or map that the item refers to (jump target, match-set, @set). */
  | { readonly kind: "reference"; readonly name: string }
  /** Any other name: words of a comment (also base64-decoded ones), object names, UIDs. */
  | { readonly kind: "name"; readonly name: string };

export type AddressToken = Extract<Token, { kind: "addresses" }>;
export type PortToken = Extract<Token, { kind: "ports" }>;

/** One thing that the kernel holds. A node's state is a multiset of items. */
export interface StateItem {
  readonly family: Family;
  /** iptables: `nat`; nftables: `ip kube-proxy`; route: the table id as text, `main` is `254`. Absent where a family has no tables. */
  readonly table?: string;
  /** Chain, set or map that holds the item; for a `chain` or `set` item its own name. */
  readonly chain?: string;
  readonly kind:
    | "policy"
    | "chain"
    | "rule"
    | "set"
    | "member"
    | "map"
    | "table"
    | "route"
    | "address"
    | "link"
    | "neighbour"
    | "service"
    | "destination"
    | "flow"
    | "value";
  /** Canonical text: what the family's own tool prints, without counters, handles, random or volatile parts. */
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** Items never change, and every oracle asks for every item of every snapshot. */
const keys = new WeakMap<StateItem, string>();

/** What an item is called when two snapshots are compared: all that identifies it, none that varies. */
export function itemKey(item: StateItem): string {
  const known = keys.get(item);
  if (known !== undefined) return known;
  const key = `${item.family}|${item.table ?? ""}|${item.chain ?? ""}|${item.kind}|${item.text}`;
  keys.set(item, key);
  return key;
}

/** How an item is shown to people: the table in front of the rule text, as its own tool would write it. */
export function renderItem(item: StateItem): string {
  const table = item.table === undefined ? "" : ` ${item.table}`;
  return `[${item.family}${table}] ${item.text}`;
}
