import type { Plan } from "../harness/model/plan.ts";

/** Id of the attempt without faults whose recording an attempt is judged against; undefined where it stands for itself. Pure. */
export function referenceAttempt({ id, world }: Pick<Plan, "id" | "world">): string | undefined {
  if (world === undefined) return undefined;
  const reference = `${world}.index`;
  return reference === id ? undefined : reference;
}
