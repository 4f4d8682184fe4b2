import type { Behaviour } from "../../behaviour.ts";
import { textAt } from "../../objects.ts";

/** How long an object that came waits for its turn, as behind a lock. */
const waitMs = 2_000;

/** What is told of an object while it waits is lost: it was read before. */
export function readsOnce(): Behaviour["accepts"] {
  const since = new Map<string, number>();
  return ({ type, object }) => {
    const uid = textAt(object, "metadata", "uid") ?? "";
    const cameMs = since.get(uid) ?? performance.now();
    since.set(uid, cameMs);
    return type !== "DELETED" || performance.now() - cameMs >= waitMs;
  };
}
