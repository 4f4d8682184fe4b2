import { setTimeout as pause } from "node:timers/promises";

export interface RoundsOptions {
  /** One round; a rejection leads to another after a pause. */
  readonly round: () => Promise<void>;
  readonly log: (line: string) => void;
  /** Longest time without a round, ms: losses to somebody else come with no event. */
  readonly resyncMs: number;
}

/** Runs rounds one at a time: as many requests as come during a round lead to one more. */
export class Rounds {
  readonly #options: RoundsOptions;
  #wanted = Promise.withResolvers<void>();

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  request(): void {
    this.#wanted.resolve();
  }

  /** Until aborted; the round that runs then is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    let backoffMs = 50;
    while (!signal.aborted) {
      this.#wanted = Promise.withResolvers<void>();
      try {
        await this.#options.round();
        backoffMs = 50;
        await this.#untilWanted(signal);
      } catch (error) {
        this.#options.log(`round failed: ${error instanceof Error ? error.message : String(error)}`);
        await pause(backoffMs, undefined, { signal }).catch(() => undefined);
        backoffMs = Math.min(backoffMs * 2, 1_000);
      }
    }
  }

  async #untilWanted(signal: AbortSignal): Promise<void> {
    const waited = new AbortController();
    const resync = pause(this.#options.resyncMs, undefined, {
      signal: AbortSignal.any([signal, waited.signal]),
    });
    await Promise.race([this.#wanted.promise, resync.catch(() => undefined)]);
    waited.abort();
  }
}
