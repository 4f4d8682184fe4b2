import { sound, type Applied, type Behaviour } from "../behaviour.ts";
import { nameOf, textAt } from "../objects.ts";
import type { Mutant } from "./mutant.ts";

const annotation = "leakproof.dev/active-endpoint";

/** The pod that an annotation names, for as long as the endpoints are those that this process saw first. */
interface Belief {
  readonly pod: string | undefined;
  readonly seen: string;
}

function believes(): Pick<Behaviour, "wishes" | "applied"> {
  const beliefs = new Map<string, Belief>();
  const written = new Map<string, string>();
  return {
    wishes(desired, services) {
      const noted = new Map(
        services.map((service) => [nameOf(service), textAt(service, "metadata", "annotations", annotation)]),
      );
      const egress = desired.egress.map((wish) => {
        const { owner, pod } = wish;
        const belief = beliefs.get(owner) ?? { pod: noted.get(owner), seen: pod };
        beliefs.set(owner, belief);
        return belief.seen === pod && belief.pod !== undefined ? { ...wish, pod: belief.pod } : wish;
      });
      return { ...desired, egress };
    },
    applied({ desired, api }: Applied) {
      for (const { owner, pod } of desired.egress) {
        if (written.get(owner) === pod) continue;
        written.set(owner, pod);
        const [namespace = "", name = ""] = owner.split("/");
        const path = `/api/v1/namespaces/${namespace}/services/${name}`;
        const note = { metadata: { annotations: { [annotation]: pod } } };
        // The Service may have gone meanwhile; then there is nothing to note.
        void api.write("PATCH", path, note).catch(() => undefined);
      }
    },
  };
}

export const staleAnnotation: Mutant = {
  name: "stale-annotation",
  breaks:
    "A new process programs the pod that an annotation of the old one names, until the endpoints change again.",
  upstream: "https://github.com/kube-vip/kube-vip/pull/970",
  scenario: "egress-endpoint-moves-while-down",
  oracle: "retired-identity",
  rights: ["patch-services"],
  behaviour: () => ({ ...sound, ...believes() }),
};
