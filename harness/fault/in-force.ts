import { until } from "../wait/until.ts";
import type { FaultTarget, InjectedFault } from "./fault.ts";

export interface InForce {
  /** One look at whether it has bitten: what shows it, or undefined for not yet; a rejection counts as not yet. */
  readonly look: () => Promise<string | undefined>;
  /** Called once at most. */
  readonly heal: () => Promise<void>;
}

/** Between two looks at whether a fault has bitten, in ms. */
const lookEveryMs = 20;

/**
 * A fault that was put in force: watches for its bite until it has bitten, its time is over, it is healed or
 * the attempt is aborted.
 */
export function inForce(
  { biteWithinMs, signal }: Pick<FaultTarget, "biteWithinMs" | "signal">,
  { look, heal }: InForce,
): InjectedFault {
  const healed = new AbortController();
  const bitten = until("the fault bites", look, {
    timeoutMs: biteWithinMs,
    everyMs: lookEveryMs,
    signal: AbortSignal.any([signal, healed.signal]),
  }).catch(() => undefined);
  let healing: Promise<void> | undefined;
  return {
    bitten,
    [Symbol.asyncDispose]() {
      healed.abort();
      return (healing ??= heal());
    },
  };
}

/** A fault whose bite was seen when it was put in force; undefined where it found nothing to bite. */
export function bitten(evidence: string | undefined, heal: () => Promise<void>): InjectedFault {
  let healing: Promise<void> | undefined;
  return {
    bitten: Promise.resolve(evidence),
    [Symbol.asyncDispose]: () => (healing ??= heal()),
  };
}

/** For faults that leave nothing behind which could be healed. */
export async function nothingToHeal(): Promise<void> {}

/** The new start that heals what ended the engine. An attempt that was aborted starts nothing any more. */
export async function startAgain({ engine, signal }: Pick<FaultTarget, "engine" | "signal">): Promise<void> {
  if (!signal.aborted && !engine.isRunning()) await engine.start();
}
