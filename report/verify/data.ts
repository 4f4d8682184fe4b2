import { canonicalJson } from "../canonical.ts";

/** Whether two values are the same as data: what JSON has no place for does not count. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
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
