import { setTimeout as delay } from "node:timers/promises";
import { HarnessError } from "../errors/harness-error.ts";

export interface UntilOptions {
  /** Gives up after this, in ms. */
  readonly timeoutMs: number;
  /** Between two looks, in ms. */
  readonly everyMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until `look` gives a value. The one place in the harness that waits for time to pass.
 *
 * @param what - the condition, as a noun phrase for the error: "API server on 127.0.0.1:20002 is ready"
 * @param look - one look; undefined means not yet; a rejection counts as not yet and is kept as the cause
 * @throws {HarnessError} `wait/timed-out` with the last rejection as its cause
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  options: UntilOptions,
): Promise<T> {
  const began = performance.now();
  let last: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const value = await look();
      if (value !== undefined) return value;
      last = undefined;
    } catch (thrown) {
      options.signal?.throwIfAborted();
      last = thrown;
    }
    if (performance.now() - began > options.timeoutMs) {
      const seen = last instanceof Error ? last.message : "no error, just not yet";
      throw new HarnessError("wait/timed-out", `${what}: not within ${options.timeoutMs} ms.\nSaw: ${seen}`, {
        cause: last,
      });
    }
    await delay(options.everyMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}
