import type { ConformanceReport, ReportedAttempt } from "../../schema.ts";
import type { ReportedFinding } from "../../finding-schema.ts";
import type { Edit } from "./sequence.ts";

/** Who made an item, or took it away, as far as it was seen. */
export interface Writer {
  readonly act: "made" | "removed";
  /**
   * `seen`: the node was looked at right before and after this write. `named`: its arguments name what the item
   * names. `only`: no other write of that kind lies between the two looks. `last`: the last of `others` + 1.
   */
  readonly certainty: "seen" | "named" | "only" | "last";
  readonly others: number;
  readonly argv: readonly string[];
  readonly pid: number;
  readonly what: string;
  /** Of the event `kernel-write`. */
  readonly index: number;
  readonly atMs: number;
}

/** A line of a table: whether the other side has it too, and whether it is what the finding is about. */
export interface ComparedLine {
  readonly op: " " | "-" | "+";
  readonly text: string;
  readonly isItem?: true;
}

/** The part of the node's tables that the finding is about, beside what it is to be compared with. `+` is here only, `-` there only. */
export interface Beside {
  readonly place: string;
  readonly here: string;
  readonly there: string;
  readonly lines: readonly ComparedLine[];
  /** Lines that are alike on both sides and not shown. */
  readonly hidden: number;
}

/** A finding and others about the same item of the same node. */
export interface PageFinding {
  /** Index into `PageData.attempts`. */
  readonly attempt: number;
  readonly finding: Omit<ReportedFinding, "item"> & {
    readonly item?: { readonly family: string; readonly table?: string; readonly text: string };
  };
  readonly also: readonly { readonly oracle: string; readonly step: string }[];
  readonly writer?: Writer;
  readonly beside?: Beside;
}

/** Figures of an attempt that the page tells in sums only. */
export type SummedFigure =
  | "halfLives"
  | "availability"
  | "bystanders"
  | "residue"
  | "featuresShown"
  | "familiesWritten"
  | "sensitivity";

export type PageAttempt = Omit<ReportedAttempt, "verdict" | SummedFigure> & {
  readonly kind: ReportedAttempt["verdict"]["kind"];
  /** Why, where the verdict is neither pass nor fail. */
  readonly detail?: string;
  /** How many findings the report has of it. */
  readonly findings: number;
  /** Family of its faults; absent where it has none. */
  readonly family?: string;
  /** Why its time machine is not on the page. */
  readonly leftOut?: "size" | "time" | "unreadable" | "none";
};

/** All that the page shows but the time machines. */
export interface PageData {
  readonly version: 1;
  readonly report: Omit<ConformanceReport, "results" | "apiVersion" | "kind" | "schemaVersion">;
  readonly attempts: readonly PageAttempt[];
  readonly findings: readonly PageFinding[];
  /** So many findings of each attempt are shown, where not all fit. */
  readonly findingsPerAttempt?: number;
  /** In bytes. */
  readonly sizeLimit: number;
}

/** What happened, as a mark in a lane. Texts are indices into `AttemptData.texts`. */
export interface PageEvent {
  readonly atMs: number;
  /** Until when, for what lasts. */
  readonly endMs?: number;
  readonly lane: "step" | "api" | "engine-api" | "fault" | "engine" | "write" | "look" | "packet";
  /** Index into `AttemptData.nodes`; absent where it is about all. */
  readonly node?: number;
  /** Who wrote, for `write`. */
  readonly author?: number;
  readonly text: number;
  readonly detail?: number;
  readonly isBad?: true;
}

/** One look at a node: what differs from the look before. */
export interface PageState {
  readonly atMs: number;
  readonly title: number;
  readonly step: number;
  readonly edits: readonly Edit[];
  /** Writes of this node since the look before. */
  readonly writes: number;
}

/** Looks at the API server by one prober that went alike. */
export interface ProbeRun {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOk: boolean;
  readonly count: number;
  readonly maxLatencyMs: number;
}

/** An item that a finding is about. */
interface WrongItem {
  readonly node: number;
  readonly item: number;
  /** The step that it was judged in, when that began, and the finding's sentence. */
  readonly fromMs: number;
  readonly why: number;
  readonly step: number;
}

/** What the time machine of one attempt shows. */
export interface AttemptData {
  readonly version: 1;
  readonly durationMs: number;
  readonly texts: readonly string[];
  /** Family, table and chain: what items are listed under. */
  readonly places: readonly (readonly [family: string, table: string, chain: string])[];
  /** Place and text; states are lists of indices into this. */
  readonly items: readonly (readonly [place: number, text: number])[];
  readonly nodes: readonly string[];
  readonly events: readonly PageEvent[];
  readonly probes: readonly { readonly prober: string; readonly runs: readonly ProbeRun[] }[];
  /** One list a node. */
  readonly states: readonly (readonly PageState[])[];
  /** Items that findings are about, a node: they are marked. */
  readonly wrong: readonly WrongItem[];
  /** Items that the harness itself planted. */
  readonly planted: readonly number[];
}
