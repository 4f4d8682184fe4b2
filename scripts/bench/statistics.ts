/** The middle of the sorted values; the mean of the middle two where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("no values have no median");
  return (lower + upper) / 2;
}

/** Where the values lie. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** @throws {RangeError} where there are no values */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    count: values.length,
  };
}

/**
 * What each value is to the one that was measured next to it. The median of such ratios bears a machine
 * that gets slower or faster meanwhile; a ratio of two medians does not.
 *
 * @throws {RangeError} where they are no pairs, or a base is not above 0
 */
export function ratiosOf(values: readonly number[], bases: readonly number[]): readonly number[] {
  if (values.length !== bases.length)
    throw new RangeError(`${values.length} values and ${bases.length} bases are no pairs`);
  return values.map((value, index) => {
    const base = bases[index] ?? 0;
    if (!(base > 0)) throw new RangeError(`a base of ${base} has no ratio`);
    return value / base;
  });
}
