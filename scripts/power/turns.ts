import { type Way, ways } from "./ways.ts";

/** Shares the time of the clusters out among the ways, attempt by attempt. */
export interface Turns {
  /**
   * The way whose turn it is: the one that had the least time so far, of those that have some left.
   *
   * @param isOpen - whether a way has anything left to try
   * @returns undefined where every way is done
   */
  next(isOpen: (way: Way) => boolean): Way | undefined;
  /** An attempt of that way begins. Returns a function for its end, which gives the way's time so far, in ms. */
  begin(way: Way): () => number;
}

interface Account {
  spentMs: number;
  readonly running: Set<number>;
}

/**
 * @param budgetMs - for each way, of one cluster
 * @param clusters - how many attempts run at once
 * @param now - ms, monotonic
 */
export function createTurns(budgetMs: number, clusters: number, now: () => number): Turns {
  const accounts = new Map<Way, Account>(ways.map((way) => [way, { spentMs: 0, running: new Set() }]));
  const usedBy = (way: Way): number => {
    const { spentMs = 0, running = new Set<number>() } = accounts.get(way) ?? {};
    return [...running].reduce((sum, began) => sum + now() - began, spentMs);
  };
  const busyOf = (way: Way): number => accounts.get(way)?.running.size ?? 0;
  return {
    next(isOpen) {
      const open = ways.filter((way) => usedBy(way) < budgetMs * clusters && isOpen(way));
      return open.toSorted((a, b) => usedBy(a) - usedBy(b) || busyOf(a) - busyOf(b))[0];
    },
    begin(way) {
      const account = accounts.get(way);
      if (account === undefined) throw new Error(`no way is called ${way}`);
      // Two that begin in one ms are two.
      let began = now();
      while (account.running.has(began)) began += 1e-3;
      account.running.add(began);
      return () => {
        account.running.delete(began);
        account.spentMs += now() - began;
        return account.spentMs / clusters;
      };
    },
  };
}
