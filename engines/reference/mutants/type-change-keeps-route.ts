import { sound } from "../behaviour.ts";
import { ignoresTypeOf } from "./building/type-changes.ts";
import type { Mutant } from "./mutant.ts";

export const typeChangeKeepsRoute: Mutant = {
  name: "type-change-keeps-route",
  breaks: "A Service that is no LoadBalancer any more is passed over, and its route stays.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1700",
  scenario: "route-type-changed",
  oracle: "intent",
  behaviour: () => ({ ...sound, wishes: ignoresTypeOf("routes") }),
};
