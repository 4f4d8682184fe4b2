import type { StateItem } from "./state.ts";
import type { FaultNeed } from "./fault.ts";
import type { FeatureName } from "./scenario.ts";

export type NonEmptyArray<T> = readonly [T, ...T[]];

export type OracleName =
  | "retired-identity"
  | "unknown-identity"
  | "intent"
  | "residue"
  | "duplicates"
  | "bystander"
  | "traffic"
  | "api-reachability"
  | "liveness"
  | "api-residue"
  | "exit-policy"
  | "convergence"
  | "growth"
  | "rate-at-rest"
  | "healed-late";

/** Core findings decide the verdict; the others are reported. */
export type FindingLevel = "core" | "extended" | "observed";

/** One thing that is wrong, with what a maintainer needs to believe it. */
export interface Finding {
  readonly oracle: OracleName;
  readonly level: FindingLevel;
  readonly node?: string;
  /** The rule, route or object concerned. */
  readonly item?: StateItem;
  /** One sentence: what is wrong. */
  readonly why: string;
  /** The API object that the item belonged to, with what became of it. */
  readonly owner?: string;
  /** Step and time in ms since the attempt began in which the item was first seen at all. */
  readonly firstSeen?: { readonly step: string; readonly atMs: number };
  /** Step in which it was judged. */
  readonly step: string;
  /** The packet that now goes wrong. */
  readonly packet?: string;
}

/** A harness error as data, so that it survives in a report. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
}

/** Outcome of one attempt. `fail` beats `error` beats `not-exercised` beats `pass`; `unsupported` stands apart. */
export type Verdict =
  /** `findings` are those that decide nothing; absent where there are none. */
  | { readonly kind: "pass"; readonly findings?: NonEmptyArray<Finding> }
  | { readonly kind: "fail"; readonly findings: NonEmptyArray<Finding> }
  | { readonly kind: "error"; readonly cause: ErrorRecord; readonly findings: readonly Finding[] }
  | {
      readonly kind: "not-exercised";
      readonly reason: "fault" | "overshoot" | "environment" | "interrupted";
      readonly detail: string;
    }
  | { readonly kind: "unsupported"; readonly feature: FeatureName | FaultNeed };

/** What a finding is called when two runs are compared: free of addresses, names and times that vary with the seed. */
export function findingKey(scenario: string, finding: Finding): string {
  const text = finding.item === undefined ? finding.why : `${finding.item.family} ${finding.item.text}`;
  const shape = text
    .replace(/lp-[a-z0-9-]+/g, "NAME")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UID")
    // Names of chains and sets that are hashes: KUBE-POD-FW-KNTN7ZG3RFRPSFCZ.
    .replace(/(?<=-)[A-Z2-7]{16}\b/g, "HASH")
    .replace(/(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:\/\d+)?|\d+\.\d+\.\d+\.\d+(?:\/\d+)?/g, "ADDRESS")
    .replace(/\d+/g, "N");
  return `${scenario}|${finding.oracle}|${finding.step}|${shape}`;
}
