import { eventsOf, type EventOf, type Recording } from "../model/recording.ts";
import type { Finding } from "../model/verdict.ts";
import { ledgerOf, retiredAt } from "./ledger.ts";
import type { Oracle } from "./oracle.ts";
import { beginOf } from "./timeline.ts";

type Leftover = EventOf<"api-leftover">;

/** `Lease lp-a1/web` in its parts. */
function partsOf(target: string): { readonly kind: string; readonly name: string } {
  const [kind = "", path = ""] = target.split(" ");
  return { kind, name: path.split("/").at(-1) ?? "" };
}

function isKeptObject(recording: Recording, target: string): boolean {
  const { kind, name } = partsOf(target);
  const keeps = beginOf(recording)?.engineProfile.keepsObjects ?? [];
  return keeps.some((kept) => kept.kind === kind && new RegExp(`^(?:${kept.name})$`).test(name));
}

/** Names of our objects that are gone by the end. */
function goneNames(recording: Recording): readonly { readonly name: string; readonly owner: string }[] {
  return retiredAt(ledgerOf(recording), recording.events.length).flatMap(({ identity, owner }) =>
    identity.kind === "name" ? [{ name: identity.name, owner }] : [],
  );
}

function complaintOf(recording: Recording, leftover: Leftover): string | undefined {
  if (leftover.state === "deleting" && leftover.finalizers.length > 0) {
    return `${leftover.target} cannot go away: finalizer ${leftover.finalizers.join(", ")} is never taken off`;
  }
  const { kind, name } = partsOf(leftover.target);
  const isKept = isKeptObject(recording, leftover.target);
  if (kind === "Lease" && leftover.holder !== undefined && leftover.holder !== "") {
    // An engine may go on holding the lease by which it leads, if it says so; never that of a gone object.
    const gone = goneNames(recording).find((object) => name.includes(object.name));
    if (gone !== undefined) return `${leftover.target} is still held by ${leftover.holder} for ${gone.owner}`;
    return isKept ? undefined : `${leftover.target} is still held by ${leftover.holder}`;
  }
  return isKept ? undefined : `${leftover.target} is left although every object is gone`;
}

/** Judged before the harness cleans the cluster. */
export const apiResidue: Oracle = {
  name: "api-residue",
  demands:
    "No object is stuck behind a finalizer, and no lease or other object of the engine outlives what it was for.",
  judge(recording) {
    return eventsOf(recording, "api-leftover").flatMap((leftover): readonly Finding[] => {
      const why = complaintOf(recording, leftover);
      return why === undefined ? [] : [{ oracle: "api-residue", level: "core", why, step: "<empty>" }];
    });
  },
};
