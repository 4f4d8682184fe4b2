import type { Family, StateItem } from "../model/state.ts";

/**
 * What can be wrong with an item of an engine, or with an object.
 *
 * - `orphan`: names an address, port, UID or name of no live object
 * - `stale-value`: names something that is there, but not what belongs to it, or a network of nobody
 * - `duplicate`: the same rule stands in its chain more than once
 * - `unreferenced`: a chain or set that nothing leads to
 * - `not-installed`: it is of an engine that runs nowhere
 * - `missing`: an object has no rules
 * - `finalizer`, `lease`: of objects that are gone, or want to be
 */
export type AuditKind =
  | "orphan"
  | "stale-value"
  | "duplicate"
  | "unreferenced"
  | "not-installed"
  | "missing"
  | "finalizer"
  | "lease";

/** Every kind, in the order in which findings are shown. */
export const auditKinds: readonly AuditKind[] = [
  "orphan",
  "stale-value",
  "duplicate",
  "missing",
  "unreferenced",
  "not-installed",
  "finalizer",
  "lease",
];

/** A problem that the publisher of the engine knows of. */
export interface UpstreamIssue {
  readonly title: string;
  readonly links: readonly string[];
  readonly lastBad?: string;
  /** The release that repairs it; absent where none does. */
  readonly firstGood?: string;
  /** The release that runs here has the repair: an earlier one left it, or it is something else. */
  readonly repairedHere?: true;
}

/** One thing that was left behind, or that is not there. */
export interface AuditFinding {
  readonly kind: AuditKind;
  /** Name of the engine, or `kubernetes` for an object that no engine in particular answers for. */
  readonly engine: string;
  readonly node: string;
  /** Where the item lives; absent for objects. */
  readonly family?: Family;
  readonly table?: string;
  readonly chain?: string;
  /** The rule as its own tool prints it; for `missing` what should be there; for objects `Lease ns/name`. */
  readonly text: string;
  readonly why: string;
  /** The object that it was made for, as far as it shows. */
  readonly owner?: string;
  /** When it can have been left, as far as objects tell. */
  readonly left?: string;
  /** The packet that it decides about. */
  readonly traffic?: string;
  readonly looksLike?: UpstreamIssue;
}

/** What makes two findings the same, in two looks or in two reports. */
export function findingKey(finding: AuditFinding): string {
  const { kind, engine, node, family = "", table = "", chain = "", text } = finding;
  return [kind, engine, node, family, table, chain, text].join("|");
}

/** Where an item lives, as the fields of a finding. */
export function placeOf(item: StateItem): Pick<AuditFinding, "family" | "table" | "chain" | "text"> {
  return {
    family: item.family,
    ...(item.table === undefined ? {} : { table: item.table }),
    ...(item.chain === undefined ? {} : { chain: item.chain }),
    text: item.text,
  };
}
