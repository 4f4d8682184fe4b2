import { type FaultNeed, faultNeed } from "../model/fault.ts";
import type { Plan } from "../model/plan.ts";
import type { RunOptions } from "./options.ts";
import type { PlannedAttempt } from "./select.ts";

/** What each provider of clusters has of what faults need. */
const has: Readonly<Record<RunOptions["provider"], readonly FaultNeed[]>> = {
  sandbox: [],
  kind: ["kubelet"],
  existing: [],
};

function lackOf({ faults = [] }: Plan, provider: RunOptions["provider"]): FaultNeed | undefined {
  return faults
    .map(({ action }) => faultNeed(action))
    .find((need) => need !== undefined && !has[provider].includes(need));
}

/** An attempt whose faults need what the run's provider lacks is not run: it is `unsupported`, and no pass. */
export function withProviderLacks(attempt: PlannedAttempt, provider: RunOptions["provider"]): PlannedAttempt {
  const lack = lackOf(attempt.plan, provider);
  return lack === undefined ? attempt : { ...attempt, unsupported: lack };
}
