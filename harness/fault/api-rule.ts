import type { ApiRule, InjectedRule } from "../kube/api-rules.ts";
import type { ApiMatch } from "../model/fault.ts";
import type { FaultTarget, InjectedFault } from "./fault.ts";

/** The requests that a fault is about, for people: `update of services/status`, `requests`. */
export function describeMatch(match: ApiMatch | undefined, otherwise = "requests"): string {
  const verbs = match?.verbs === undefined ? otherwise : match.verbs.join(" and ");
  return match?.resource === undefined ? verbs : `${verbs} of ${match.resource}`;
}

/**
 * Puts a rule in force at the engine's way to the API. It goes when it is healed, when the target is aborted, and
 * when it has not bitten within the target's time: a fault that missed does not strike later.
 */
export function injectRule(rule: ApiRule, { access, biteWithinMs, signal }: FaultTarget): InjectedFault {
  const { promise: bitten, resolve } = Promise.withResolvers<string | undefined>();
  let injected: InjectedRule | undefined;
  const heal = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", heal);
    injected?.remove();
    resolve(undefined);
  };
  const timer = setTimeout(heal, biteWithinMs);
  signal.addEventListener("abort", heal, { once: true });
  if (signal.aborted) heal();
  else injected = access.faults.inject(rule);
  void injected?.bitten.then((evidence) => {
    clearTimeout(timer);
    resolve(evidence);
  });
  return { bitten, [Symbol.asyncDispose]: async () => heal() };
}
