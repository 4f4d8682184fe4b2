import type { Applied, Behaviour } from "../../behaviour.ts";
import { listAt, nameOf, textAt } from "../../objects.ts";

const finalizer = "leakproof.dev/reference";

export interface FinalizerOptions {
  /** How long after it was programmed a Service gets its finalizer, in ms. */
  readonly delayMs: number;
  /** What gets one. */
  readonly of: readonly ("egress" | "routes")[];
}

function pathOf(owner: string): string {
  const [namespace = "", name = ""] = owner.split("/");
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}

/** Whether the API still has the Service only for our finalizer. */
function waitsForUs(service: unknown): boolean {
  const isDeleted = textAt(service, "metadata", "deletionTimestamp") !== undefined;
  return isDeleted && listAt(service, "metadata", "finalizers").includes(finalizer);
}

/**
 * An engine that takes rules away when it sees that a Service is being deleted, which a finalizer lets it
 * see; that it is gone tells it nothing.
 */
export function cleansByFinalizer({ delayMs, of }: FinalizerOptions): Pick<Behaviour, "accepts" | "applied"> {
  const asked = new Set<string>();
  const hold = async (api: Applied["api"], owner: string): Promise<void> => {
    asked.add(owner);
    // That it comes late is what the mutant is about.
    await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
    // A Service that has gone meanwhile is none that could be held: the real engines go on just so.
    await api.write("PATCH", pathOf(owner), { metadata: { finalizers: [finalizer] } }).catch(() => undefined);
  };
  return {
    accepts: ({ type }) => type !== "DELETED",
    applied({ desired, services, api }) {
      for (const { owner } of of.flatMap((kind) => [...desired[kind]])) {
        if (!asked.has(owner)) void hold(api, owner);
      }
      // Rules of a Service that is being deleted are gone by now.
      for (const service of services.filter(waitsForUs)) {
        const done = { metadata: { finalizers: null } };
        void api.write("PATCH", pathOf(nameOf(service)), done).catch(() => undefined);
      }
    },
  };
}
