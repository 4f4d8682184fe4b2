import type { EventEmitter } from "node:events";
import { HarnessError, toHarnessError } from "../../../harness/errors/harness-error.ts";
import { HarnessProblems } from "../../../harness/errors/problems.ts";

/** Where what was done and what undid it both failed, both are told. */
function bothOf(thrown: unknown): unknown {
  if (!(thrown instanceof SuppressedError)) return thrown;
  return new HarnessProblems([toHarnessError(thrown.suppressed), toHarnessError(thrown.error)]);
}

/**
 * Does what must be undone also when Ctrl-C or SIGTERM ends it: `work` gets a signal, and a promise that rejects then.
 * A second one changes nothing, until all is undone.
 *
 * @param from - what gets the signals
 * @throws {HarnessError | HarnessProblems} what `work` throws: `run/interrupted` where it was ended
 */
export async function untilInterrupted<T>(
  work: (signal: AbortSignal, interrupted: Promise<never>) => Promise<T>,
  from: EventEmitter = process,
): Promise<T> {
  const ending = new AbortController();
  const interrupted = Promise.withResolvers<never>();
  // Nobody may wait for it just then.
  interrupted.promise.catch(() => undefined);
  const stop = (name: string): void => {
    const reason = new HarnessError(
      "run/interrupted",
      `${name} ended the audit. What it made in the cluster is removed.`,
    );
    ending.abort(reason);
    interrupted.reject(reason);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) from.on(name, stop);
  try {
    return await work(ending.signal, interrupted.promise);
  } catch (thrown) {
    throw bothOf(thrown);
  } finally {
    for (const name of signals) from.off(name, stop);
  }
}
