import { sound } from "../behaviour.ts";
import { ignoresTypeOf } from "./building/type-changes.ts";
import type { Mutant } from "./mutant.ts";

export const typeChangeIgnored: Mutant = {
  name: "type-change-ignored",
  breaks: "A Service that is no LoadBalancer any more is passed over, and its egress goes on.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1700",
  scenario: "egress-type-changed",
  oracle: "intent",
  behaviour: () => ({ ...sound, wishes: ignoresTypeOf("egress") }),
};
