/** Number of single-character edits from `a` to `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of a.split("").entries()) {
    const next = [i + 1];
    for (const [j, right] of b.split("").entries()) {
      const replace = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/**
 * The known name that a wrong one was most likely meant to be.
 *
 * @returns a name at most three edits and half its length away, or one that `wrong` begins or is part of; else undefined
 */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  const asked = wrong.toLowerCase();
  const ranked = known
    .map((name) => ({ name, edits: distance(asked, name.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits || a.name.localeCompare(b.name));
  const close = ranked.find(({ name, edits }) => edits <= Math.min(3, Math.floor(name.length / 2)));
  if (close !== undefined) return close.name;
  return asked.length < 3 ? undefined : ranked.find(({ name }) => name.toLowerCase().includes(asked))?.name;
}

/** The end of a message about an unknown name: the name that was meant, and all that there are. */
export function adviseName(wrong: string, known: readonly string[]): string {
  const nearest = nearestName(wrong, known);
  const meant = nearest === undefined ? "" : `Did you mean "${nearest}"? `;
  return `Fix: ${meant}There ${known.length === 0 ? "are none" : `are: ${known.join(", ")}`}.`;
}
