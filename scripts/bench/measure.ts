import type { ControlPlane } from "../../harness/cluster/control-plane.ts";
import { type Spread, spreadOf } from "./statistics.ts";

export type Unit = "ms" | "s" | "min" | "ratio" | "per min" | "MB";

/** One line of the result: what was measured, every value of it, and what it has to be. */
export interface Measure {
  readonly label: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  readonly goal?: ({ readonly atMost: number } | { readonly atLeast: number }) & {
    /** Whether the median must keep to it, or every single value. */
    readonly judged: "median" | "worst";
  };
}

/** What every figure is given. */
export interface BenchContext {
  readonly asRoot: boolean;
  /** Repetitions: what the user asked for, else the figure's own number. */
  repetitions(own: number): number;
  /** Here already: getting it is part of no figure. */
  readonly controlPlane: ControlPlane;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Something that can be measured. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  /** Measured only when asked for, since it takes so long. */
  readonly isLong?: true;
  /** @throws {HarnessError} where what is measured did not do its work: there is no figure then */
  measure(context: BenchContext): Promise<readonly Measure[]>;
}

export interface JudgedMeasure extends Measure {
  readonly spread: Spread;
  /** Absent where there is no goal. */
  readonly isKept?: boolean;
}

/** Compares a measure with its goal. */
export function judge(measure: Measure): JudgedMeasure {
  const spread = spreadOf(measure.samples);
  const { goal } = measure;
  if (goal === undefined) return { ...measure, spread };
  const isMedian = goal.judged === "median";
  const isKept =
    "atMost" in goal
      ? (isMedian ? spread.median : spread.most) <= goal.atMost
      : (isMedian ? spread.median : spread.least) >= goal.atLeast;
  return { ...measure, spread, isKept };
}
