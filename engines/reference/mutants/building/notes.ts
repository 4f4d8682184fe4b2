import type { Applied, Behaviour } from "../../behaviour.ts";
import { nameOf, textAt } from "../../objects.ts";

const annotation = "leakproof.dev/programmed";

/** Takes for done what a note on the Service says that a process before has done, whatever the kernel holds by now. */
export function trustsNotes(kind: "egress" | "routes"): Pick<Behaviour, "wishes" | "applied"> {
  /** Services that this process has done something for itself, or had to look at. */
  const own = new Set<string>();
  return {
    wishes(desired, services) {
      const noted = new Set(
        services.filter((one) => textAt(one, "metadata", "annotations", annotation) === "true").map(nameOf),
      );
      return { ...desired, [kind]: desired[kind].filter(({ owner }) => own.has(owner) || !noted.has(owner)) };
    },
    applied({ desired, api }: Applied) {
      for (const { owner } of desired[kind]) {
        if (own.has(owner)) continue;
        own.add(owner);
        const [namespace = "", name = ""] = owner.split("/");
        const path = `/api/v1/namespaces/${namespace}/services/${name}`;
        // The Service may have gone meanwhile; then there is nothing to note.
        void api
          .write("PATCH", path, { metadata: { annotations: { [annotation]: "true" } } })
          .catch(() => undefined);
      }
    },
  };
}
