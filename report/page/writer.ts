import { eventsOf, type EventOf, type Recording } from "../../harness/model/recording.ts";
import { type AddressToken, itemKey, type StateItem, type Token } from "../../harness/model/state.ts";
import type { Finding } from "../../harness/model/verdict.ts";
import { readNetwork } from "../../harness/state/address.ts";
import type { Writer } from "./model/page-data.ts";

type Write = EventOf<"kernel-write">;
type Look = EventOf<"snapshot"> | EventOf<"kernel-state">;

/** How writes to the kernel that are about a family of items are called. */
const callsOf: Readonly<Partial<Record<StateItem["family"], RegExp>>> = {
  "iptables-legacy": /^IPT_SO_/,
  "ip6tables-legacy": /^IP6T_SO_/,
  "iptables-nft": /NFT_MSG_/,
  "ip6tables-nft": /NFT_MSG_/,
  nftables: /NFT_MSG_/,
  ipset: /IPSET_/,
  ipvs: /IPVS_|IP_VS/,
  address: /RTM_(NEW|DEL)ADDR/,
  link: /RTM_(NEW|DEL|SET)LINK/,
  route: /RTM_(NEW|DEL)ROUTE/,
  rule: /RTM_(NEW|DEL)RULE/,
  neighbour: /RTM_(NEW|DEL)NEIGH/,
  conntrack: /CT_/,
  sysctl: /^\/proc\/sys\//,
};

const isAbout = ({ what }: Write, { family, table }: StateItem): boolean => {
  const isLegacy = family === "iptables-legacy" || family === "ip6tables-legacy";
  return (
    (callsOf[family]?.test(what) ?? true) && (!isLegacy || table === undefined || what.endsWith(` ${table}`))
  );
};

const isAddresses = (token: Token): token is AddressToken => token.kind === "addresses";

/** Whether the writer's arguments name all addresses and networks that the item names. */
function isNamed({ argv }: Write, { tokens }: StateItem): boolean {
  const wanted = tokens.filter(isAddresses);
  if (wanted.length === 0) return false;
  const named = argv.flatMap((word) => readNetwork(word) ?? []);
  return wanted.every(({ first, last }) => named.some((one) => one.first === first && one.last === last));
}

/** The last two looks between which the item came (or, where it is not there any more, went), with the writes between them. */
function lastChange(recording: Recording, node: string, item: StateItem, digest: string | undefined) {
  const key = itemKey(item);
  const known = new Map<string, boolean>();
  const holds = (look: Look): boolean => {
    const cached = known.get(look.digest);
    if (cached !== undefined) return cached;
    const held = (recording.snapshots[look.digest] ?? []).some((one) => itemKey(one) === key);
    known.set(look.digest, held);
    return held;
  };
  let before: Look | undefined;
  let writes: Write[] = [];
  let found: { act: Writer["act"]; before: Look; after: Look; writes: readonly Write[] } | undefined;
  for (const event of recording.events) {
    if (
      event.kind === "kernel-write" &&
      event.node === node &&
      event.write === "rules" &&
      event.error === undefined
    )
      writes.push(event);
    if ((event.kind !== "snapshot" && event.kind !== "kernel-state") || event.node !== node) continue;
    if (before !== undefined && holds(before) !== holds(event))
      found = { act: holds(event) ? "made" : "removed", before, after: event, writes };
    before = event;
    writes = [];
    if (event.kind === "snapshot" && event.digest === digest) break;
  }
  return found;
}

/** Of several writes the one that names the item, the only one, or the last. */
function pick(
  candidates: readonly Write[],
  item: StateItem,
): (Pick<Writer, "certainty" | "others"> & { readonly write: Write }) | undefined {
  const named = candidates.findLast((write) => isNamed(write, item));
  const write = named ?? candidates.at(-1);
  if (write === undefined) return undefined;
  const others = candidates.length - 1;
  return { write, others, certainty: named ? "named" : others === 0 ? "only" : "last" };
}

/**
 * The write to the kernel that the item of a finding comes from, or, where it is not there any more, that took it
 * away. Pure.
 *
 * @param digest - of the snapshot that shows the finding
 * @returns undefined where it was there before the engine was, or no write was traced in that time
 */
export function writerOf(
  recording: Recording,
  { item, node }: Pick<Finding, "item" | "node">,
  digest: string | undefined,
): Writer | undefined {
  if (item === undefined || node === undefined || eventsOf(recording, "kernel-write").length === 0)
    return undefined;
  const change = lastChange(recording, node, item, digest);
  if (change === undefined) return undefined;
  const [only, ...more] = change.writes;
  const wasHeld = change.after.kind === "kernel-state" && change.after.index > 0;
  const picked =
    wasHeld && only !== undefined && more.length === 0
      ? { write: only, others: 0, certainty: "seen" as const }
      : pick(
          change.writes.filter((write) => isAbout(write, item)),
          item,
        );
  if (picked === undefined) return undefined;
  const { write, others, certainty } = picked;
  const { argv, pid, what, index, atMs } = write;
  return { act: change.act, certainty, others, argv, pid, what, index, atMs };
}
