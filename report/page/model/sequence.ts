/** One change of a sequence: at `at` of what it is by then, `remove` elements go and `insert` come. */
export type Edit = readonly [at: number, remove: number, ...insert: readonly number[]];

export interface DiffLine {
  /** ` `: in both. `-`: in the first only. `+`: in the second only. */
  readonly op: " " | "-" | "+";
  readonly id: number;
}

/** For each element of `from`, where its equal stands in `to`: the first with the first, the second with the second. */
function pairs(from: readonly number[], to: readonly number[]): readonly (number | undefined)[] {
  const places = new Map<number, number[]>();
  for (const [index, id] of to.entries()) {
    const known = places.get(id);
    if (known) known.push(index);
    else places.set(id, [index]);
  }
  const used = new Map<number, number>();
  return from.map((id) => {
    const count = used.get(id) ?? 0;
    used.set(id, count + 1);
    return places.get(id)?.[count];
  });
}

/** The indices of the longest rising run among the values; places without a value are left out. */
function longestRising(values: readonly (number | undefined)[]): readonly number[] {
  const tails: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] ?? -1] ?? -1) < value) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? undefined : tails[low - 1];
    tails[low] = index;
  }
  const run: number[] = [];
  for (let at = tails.at(-1); at !== undefined; at = before[at]) run.push(at);
  return run.toReversed();
}

/**
 * Two sequences as one list: what stayed where it was, what went, what came. What changed its place went and
 * came. Takes n log n steps, however much differs.
 */
export function diffSequences(from: readonly number[], to: readonly number[]): readonly DiffLine[] {
  const paired = pairs(from, to);
  const lines: DiffLine[] = [];
  let [left, right] = [0, 0];
  const goTo = (leftEnd: number, rightEnd: number): void => {
    for (; left < leftEnd; left += 1) lines.push({ op: "-", id: from[left] ?? 0 });
    for (; right < rightEnd; right += 1) lines.push({ op: "+", id: to[right] ?? 0 });
  };
  for (const kept of longestRising(paired)) {
    goTo(kept, paired[kept] ?? 0);
    lines.push({ op: " ", id: from[kept] ?? 0 });
    left += 1;
    right += 1;
  }
  goTo(from.length, to.length);
  return lines;
}

/** The changes that make `to` of `from`, to be made in order. */
export function editsBetween(from: readonly number[], to: readonly number[]): readonly Edit[] {
  const edits: Edit[] = [];
  let at = 0;
  let open: { start: number; remove: number; insert: number[] } | undefined;
  const close = (): void => {
    if (open) edits.push([open.start, open.remove, ...open.insert]);
    open = undefined;
  };
  for (const { op, id } of diffSequences(from, to)) {
    if (op === " ") {
      close();
      at += 1;
      continue;
    }
    open ??= { start: at, remove: 0, insert: [] };
    if (op === "-") open.remove += 1;
    else {
      open.insert.push(id);
      at += 1;
    }
  }
  close();
  return edits;
}

/** The sequence after these changes. */
export function applyEdits(from: readonly number[], edits: readonly Edit[]): readonly number[] {
  if (edits.length === 0) return from;
  const sequence = [...from];
  for (const [at, remove, ...insert] of edits) sequence.splice(at, remove, ...insert);
  return sequence;
}
