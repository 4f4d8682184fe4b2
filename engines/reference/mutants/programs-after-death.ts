import { sound, type Behaviour } from "../behaviour.ts";
import { textAt } from "../objects.ts";
import type { Mutant } from "./mutant.ts";

/** How long an object that came waits for its turn, as behind a lock. */
const waitMs = 2_000;

/** What is told of an object while it waits is lost: it was read before. */
function readsOnce(): Behaviour["accepts"] {
  const since = new Map<string, number>();
  return ({ type, object }) => {
    const uid = textAt(object, "metadata", "uid") ?? "";
    const cameMs = since.get(uid) ?? performance.now();
    since.set(uid, cameMs);
    return type !== "DELETED" || performance.now() - cameMs >= waitMs;
  };
}

export const programsAfterDeath: Mutant = {
  name: "programs-after-death",
  breaks:
    "An object is read, then waits its turn, and is programmed as it was read, even if it has gone since: nobody removes it then.",
  upstream: "https://github.com/kubeovn/kube-ovn/pull/5142",
  scenario: "egress-created-and-deleted-at-once",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, accepts: readsOnce() }),
};
