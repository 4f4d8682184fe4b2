import type { AttemptResult } from "../model/attempt-result.ts";

export interface ScheduleOptions<T> {
  /** What is known from the beginning. */
  readonly work: readonly T[];
  /** How many at once. */
  readonly lanes: number;
  /** Items of which one at a time is worked on; the other lanes take what else there is. */
  readonly isSingle?: (item: T) => boolean;
  readonly run: (item: T, lane: number) => Promise<AttemptResult>;
  /**
   * Called with each result before the lane goes on: nothing is lost. What it returns is worked off too,
   * after all that is known by then: attempts that only a result could tell of.
   */
  readonly done: (result: AttemptResult, item: T, lane: number) => Promise<readonly T[] | undefined>;
  readonly signal: AbortSignal;
}

/** A list that several take from, and that may grow as long as one of them is at work. */
interface Queue<T> {
  /** The next item; waits while none is there and somebody may still add one. Undefined: there will be none. */
  take(): Promise<T | undefined>;
  /** Ends the work on an item that was taken. */
  finish(item: T, found: readonly T[]): void;
  /** Lets everybody who waits go, and gives nothing any more. */
  close(): void;
}

function createQueue<T>(work: readonly T[], isSingle: (item: T) => boolean): Queue<T> {
  const items = [...work];
  let busy = 0;
  let isSingleBusy = false;
  let isClosed = false;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const go of woken) go();
  };
  return {
    async take() {
      for (;;) {
        if (isClosed) return undefined;
        const next = items.findIndex((item) => !(isSingleBusy && isSingle(item)));
        const [item] = next < 0 ? [] : items.splice(next, 1);
        if (item !== undefined) {
          busy += 1;
          if (isSingle(item)) isSingleBusy = true;
          return item;
        }
        if (busy === 0) return undefined;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    finish(item, found) {
      items.push(...found);
      busy -= 1;
      if (isSingle(item)) isSingleBusy = false;
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}

/**
 * Works a list off, in its order where nothing has to wait for its like, by several lanes at once, until it is empty and nobody is at work who
 * could add to it, or until the signal is given.
 *
 * @returns one promise a lane; it rejects only with what `done` or `run` rejects with
 */
export function startLanes<T>(options: ScheduleOptions<T>): readonly Promise<void>[] {
  const { work, lanes, run, done, signal, isSingle = () => false } = options;
  const queue = createQueue(work, isSingle);
  if (signal.aborted) queue.close();
  signal.addEventListener("abort", () => queue.close(), { once: true });
  const follow = async (lane: number): Promise<void> => {
    for (;;) {
      const item = await queue.take();
      if (item === undefined) return;
      let found: readonly T[] | undefined;
      try {
        found = await done(await run(item, lane), item, lane);
      } finally {
        queue.finish(item, found ?? []);
      }
    }
  };
  return Array.from({ length: lanes }, (_, lane) => follow(lane));
}
