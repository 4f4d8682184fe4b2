import { sound, type Applied } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

const finalizers = ["leakproof.dev/reference"];

/** Patches every Service that it has not patched yet. */
function holdServices(): (state: Applied) => void {
  const held = new Set<string>();
  return ({ desired, api }) => {
    for (const { owner } of [...desired.egress, ...desired.routes]) {
      const [namespace = "", name = ""] = owner.split("/");
      if (held.has(owner)) continue;
      held.add(owner);
      const path = `/api/v1/namespaces/${namespace}/services/${name}`;
      // The Service may have gone meanwhile; then there is nothing to hold.
      api.write("PATCH", path, { metadata: { finalizers } }).catch(() => held.delete(owner));
    }
  };
}

export const leavesFinalizer: Mutant = {
  name: "leaves-finalizer",
  breaks: "A finalizer is put on every Service and never taken off, so that the Service cannot go.",
  upstream: "https://github.com/kubeovn/kube-ovn/issues/2742",
  scenario: "egress-service-deleted",
  oracle: "api-residue",
  rights: ["patch-services"],
  behaviour: () => ({ ...sound, applied: holdServices() }),
};
