import { canonicalJson } from "../canonical.ts";

/** Whether two values are the same as data: what JSON has no place for does not count, nor the order of fields. */
export function isSame(one: unknown, other: unknown): boolean {
  const [left, right] = [one ?? null, other ?? null];
  // Mostly the order is the same too, and that is seen in a tenth of the time.
  return JSON.stringify(left) === JSON.stringify(right) || canonicalJson(left) === canonicalJson(right);
}

/** A copy of an object that lacks some of its fields. */
export function without<T extends object, K extends keyof T>(value: T, ...fields: readonly K[]): Omit<T, K> {
  const copy = { ...value };
  for (const field of fields) delete copy[field];
  return copy;
}

/** A value as it comes back from a file. */
export function asData<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
