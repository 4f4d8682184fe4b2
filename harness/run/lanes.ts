import type { AttemptResult } from "../model/attempt-result.ts";

export interface ScheduleOptions<T> {
  /** What is known from the beginning. */
  readonly work: readonly T[];
  /** How many at once. */
  readonly lanes: number;
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
  finish(found: readonly T[]): void;
  /** Lets everybody who waits go, and gives nothing any more. */
  close(): void;
}

function createQueue<T>(work: readonly T[]): Queue<T> {
  const items = [...work];
  let busy = 0;
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
        const item = items.shift();
        if (item !== undefined) {
          busy += 1;
          return item;
        }
        if (busy === 0) return undefined;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    finish(found) {
      items.push(...found);
      busy -= 1;
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}

/**
 * Works a list off, in its order, by several lanes at once, until it is empty and nobody is at work who
 * could add to it, or until the signal is given.
 *
 * @returns one promise a lane; it rejects only with what `done` or `run` rejects with
 */
export function startLanes<T>(options: ScheduleOptions<T>): readonly Promise<void>[] {
  const { work, lanes, run, done, signal } = options;
  const queue = createQueue(work);
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
        queue.finish(found ?? []);
      }
    }
  };
  return Array.from({ length: lanes }, (_, lane) => follow(lane));
}
