import type { Plan } from "../harness/model/plan.ts";

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
