import type { Plan } from "../harness/model/plan.ts";
import type { ReportedAttempt } from "./schema.ts";

/**
 * Id of the attempt without faults whose recording an attempt is judged against: of an upgrade, the version
 * under test on a fresh node; of others in the same world, the one that was indexed. Undefined where it
 * stands for itself. Pure.
 */
export function referenceAttempt({
  id,
  world,
  fresh,
}: Pick<Plan, "id" | "world" | "fresh">): string | undefined {
  if (world === undefined || fresh) return undefined;
  const reference = world === id ? `${world}.fresh` : `${world}.index`;
  return reference === id ? undefined : reference;
}

/**
 * Id of the attempt with clean restarts that an attempt is judged against too, where its run has one. Undefined where it
 * stands for itself. Pure.
 */
export function restartedAttempt({
  id,
  world,
  faults = [],
}: Pick<Plan, "id" | "world" | "faults">): string | undefined {
  const restarted = `${world}.restarted`;
  return world === undefined || faults.length === 0 || restarted === id ? undefined : restarted;
}

/** Whether a recording can be trusted for what others are compared with: the attempt was judged and traced. */
export function isShown({ verdict, traced }: Pick<ReportedAttempt, "verdict" | "traced">): boolean {
  return (verdict.kind === "pass" || verdict.kind === "fail") && traced === true;
}
