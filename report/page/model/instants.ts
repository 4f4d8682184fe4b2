import type { AttemptData, PageEvent } from "./page-data.ts";

/** Events that concern a node: its own, and those of nobody in particular. */
export function eventsFor({ events }: AttemptData, node: number): readonly PageEvent[] {
  return events.filter((event) => event.node === undefined || event.node === node);
}

/** Index of the last of the sorted times that is not later than `atMs`; -1 before the first. */
export function lastAt(times: readonly number[], atMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The next of the sorted times after `atMs`, or the one before it; the same where there is none. */
export function neighbour(times: readonly number[], atMs: number, direction: 1 | -1): number {
  if (direction === 1) return times[lastAt(times, atMs) + 1] ?? atMs;
  const here = lastAt(times, atMs);
  return times[times[here] === atMs ? here - 1 : here] ?? times[0] ?? atMs;
}

/** The time of the sorted ones that is nearest, where it is no further than `withinMs`. */
export function nearest(times: readonly number[], atMs: number, withinMs: number): number {
  const at = lastAt(times, atMs);
  const [before, after] = [times[at], times[at + 1]];
  const candidates = [before, after].filter(
    (time) => time !== undefined && Math.abs(time - atMs) <= withinMs,
  );
  return (
    candidates.toSorted((one, other) => Math.abs((one ?? 0) - atMs) - Math.abs((other ?? 0) - atMs))[0] ??
    atMs
  );
}

/** Sorted times without repetition. */
export function sortedTimes(all: readonly { readonly atMs: number }[]): readonly number[] {
  return [...new Set(all.map(({ atMs }) => atMs))].toSorted((one, other) => one - other);
}
