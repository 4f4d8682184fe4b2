import type { ReportedAttempt } from "./schema.ts";

/**
 * Features that an engine was seen to have in any attempt, sorted, whatever it claims. Pure.
 *
 * @param attempts - of one engine
 * @returns undefined where no attempt tells
 */
export function inferFeatures(
  attempts: readonly ReportedAttempt[],
): NonNullable<ReportedAttempt["featuresShown"]> | undefined {
  const told = attempts.filter(
    ({ level, featuresShown }) => level !== "power" && featuresShown !== undefined,
  );
  if (told.length === 0) return undefined;
  return [...new Set(told.flatMap(({ featuresShown = [] }) => featuresShown))].toSorted();
}
