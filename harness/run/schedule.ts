import type { AttemptResult } from "../model/attempt-result.ts";

export interface ScheduleOptions<T> {
  readonly work: readonly T[];
  /** How many at once. */
  readonly lanes: number;
  readonly run: (item: T, lane: number) => Promise<AttemptResult>;
  /** Called with each result before the lane goes on: nothing is lost. */
  readonly done: (result: AttemptResult, lane: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Works a list off, in its order, by several lanes at once, until it is empty or the signal is given.
 *
 * @returns one promise a lane; it rejects only with what `done` rejects with
 */
export function startLanes<T>(options: ScheduleOptions<T>): readonly Promise<void>[] {
  const queue = [...options.work];
  const work = async (lane: number): Promise<void> => {
    for (;;) {
      const item = options.signal.aborted ? undefined : queue.shift();
      if (item === undefined) return;
      await options.done(await options.run(item, lane), lane);
    }
  };
  return Array.from({ length: Math.min(options.lanes, options.work.length) }, (_, lane) => work(lane));
}
