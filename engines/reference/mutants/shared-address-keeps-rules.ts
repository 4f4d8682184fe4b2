import { sound, type Behaviour } from "../behaviour.ts";
import type { Desired } from "../desired.ts";
import { nameOf } from "../objects.ts";
import type { Mutant } from "./mutant.ts";

/** What a gone Service wanted, where another one has its address. */
function keepsShared(): Behaviour["wishes"] {
  let before: Desired["egress"] = [];
  return (desired, services) => {
    const there = new Set(services.map(nameOf));
    const kept = before.filter(
      ({ owner, vip }) => !there.has(owner) && desired.egress.some((wish) => wish.vip === vip),
    );
    before = [...desired.egress, ...kept];
    return { ...desired, egress: before };
  };
}

export const sharedAddressKeepsRules: Mutant = {
  name: "shared-address-keeps-rules",
  breaks: "Nothing is torn down for a Service whose address another one has too: the rules of its pod stay.",
  upstream: "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/manager/services.go",
  scenario: "egress-shared-address",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, wishes: keepsShared() }),
};
