import type { Behaviour } from "../../behaviour.ts";
import { nameOf, textAt } from "../../objects.ts";

interface Owned {
  readonly owner: string;
}

/** What was wanted in the name of a Service goes on being wanted when its type is no longer LoadBalancer. */
export function ignoresTypeOf(kind: "egress" | "routes"): Behaviour["wishes"] {
  let egress: readonly Owned[] = [];
  return (desired, services) => {
    const others = new Set(
      services.filter((one) => textAt(one, "spec", "type") !== "LoadBalancer").map(nameOf),
    );
    const kept = egress.filter(({ owner }) => others.has(owner));
    const all = { ...desired, [kind]: [...desired[kind], ...kept] };
    egress = all[kind];
    return all;
  };
}
