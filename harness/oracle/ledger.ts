import { type EventOf, placedOf, type Recording } from "../model/recording.ts";
import { identitiesOf, identityKey, type Identity } from "./identity.ts";

/** A stretch of the recording in which one of our objects named an identity. Indexes are positions of events. */
interface Naming {
  readonly identity: Identity;
  readonly key: string;
  /** `Service lp-a1/web`. */
  readonly target: string;
  readonly from: number;
  /** Step in which it began. */
  readonly step: string;
  /** Absent while it lasts. */
  readonly until?: { readonly index: number; readonly step: string; readonly deleted: boolean };
}

/** All that our own writes ever named. */
export type Ledger = readonly Naming[];

/** An identity that no object of ours names any more. */
export interface Retired {
  readonly identity: Identity;
  /** As `identityKey`. */
  readonly key: string;
  /** `Service lp-a1/web (deleted in step service-deleted)`. */
  readonly owner: string;
}

type Write = EventOf<"write">;

/** Whether deleting `deleted` takes `target` away: the object itself, or all of its namespace. */
function isGoneWith(target: string, deleted: string): boolean {
  const namespace = /^Namespace (.+)$/.exec(deleted)?.[1];
  return target === deleted || (namespace !== undefined && target.split(" ")[1]?.split("/")[0] === namespace);
}

function isEnding(naming: Naming, write: Write, named: ReadonlySet<string>): boolean {
  if (naming.until !== undefined) return false;
  if (write.verb === "delete") return isGoneWith(naming.target, write.target);
  return naming.target === write.target && !named.has(naming.key);
}

function afterWrite(ledger: Ledger, write: Write, index: number): Ledger {
  // An update whose object was not recorded says nothing about what it names.
  if (write.verb !== "delete" && write.object === undefined) return ledger;
  const identities = write.object === undefined ? [] : identitiesOf(write.object);
  const named = new Set(identities.map(identityKey));
  const until = { index, step: write.step, deleted: write.verb === "delete" };
  const kept = ledger.map((naming) => (isEnding(naming, write, named) ? { ...naming, until } : naming));
  const lasting = new Set(
    kept
      .filter((naming) => naming.until === undefined && naming.target === write.target)
      .map((naming) => naming.key),
  );
  const begun = identities
    .map((identity) => ({ identity, key: identityKey(identity), target: write.target }))
    .filter(({ key }) => !lasting.has(key))
    .map((naming) => ({ ...naming, from: index, step: write.step }));
  return [...kept, ...begun];
}

/** A recording never changes, and every oracle asks. */
const ledgers = new WeakMap<Recording, Ledger>();

/** The ledger of a recording, from `write` events alone: never from status, never from what the engine wrote. */
export function ledgerOf(recording: Recording): Ledger {
  const known = ledgers.get(recording);
  if (known !== undefined) return known;
  let ledger: Ledger = [];
  for (const { event, index } of placedOf(recording, "write")) ledger = afterWrite(ledger, event, index);
  ledgers.set(recording, ledger);
  return ledger;
}

function isOver(naming: Naming, index: number): boolean {
  return naming.until !== undefined && naming.until.index < index;
}

function ownerOf(naming: Naming): string {
  const { target, until } = naming;
  if (until === undefined) return target;
  return until.deleted
    ? `${target} (deleted in step ${until.step})`
    : `${target} (no longer names it since step ${until.step})`;
}

/**
 * What was named before the event at `index` and is named by nothing at it. An identity that two
 * objects name lives until the last one lets go of it; one that is named again lives again.
 */
export function retiredAt(ledger: Ledger, index: number): readonly Retired[] {
  const past = ledger.filter((naming) => naming.from < index && naming.identity.kind !== "network");
  const alive = new Set(past.filter((naming) => !isOver(naming, index)).map((naming) => naming.key));
  const last = new Map<string, Naming>();
  for (const naming of past.filter(({ key }) => !alive.has(key))) {
    const known = last.get(naming.key);
    if ((known?.until?.index ?? -1) <= (naming.until?.index ?? 0)) last.set(naming.key, naming);
  }
  return [...last.values()].map((naming) => ({
    identity: naming.identity,
    key: naming.key,
    owner: ownerOf(naming),
  }));
}

/** What our objects name at `index`: each identity once for every object that names it. */
export function identitiesAt(ledger: Ledger, index: number): readonly Identity[] {
  return ledger
    .filter((naming) => naming.from < index && !isOver(naming, index))
    .map(({ identity }) => identity);
}

/** Targets whose objects are there at `index` and name anything but themselves. */
export function liveTargetsAt(ledger: Ledger, index: number): ReadonlySet<string> {
  const live = ledger.filter((naming) => naming.from < index && !isOver(naming, index));
  return new Set(live.filter((naming) => naming.identity.kind !== "name").map((naming) => naming.target));
}

/** Every single address that was ever named before `index`. */
export function addressesNamedBefore(ledger: Ledger, index: number): ReadonlySet<string> {
  const before = ledger.filter((naming) => naming.from < index);
  return new Set(before.flatMap(({ identity }) => (identity.kind === "address" ? [identity.address] : [])));
}
