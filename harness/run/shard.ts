import type { Shard } from "./option-values.ts";

/**
 * Which attempts a part of a run has: dealt out in turn by their ids, so that every part knows its own without
 * the others. What an attempt's recording leads to goes with it. Pure.
 *
 * @param ids - of all attempts of the whole run that are known from its beginning
 * @returns whether an id is of this part; every id is where the run has one part only
 */
export function partOf(shard: Shard | undefined, ids: readonly string[]): (id: string) => boolean {
  if (shard === undefined) return () => true;
  const { index, count } = shard;
  const own = new Set(ids.toSorted().filter((_, place) => place % count === index - 1));
  return (id) => own.has(id);
}
