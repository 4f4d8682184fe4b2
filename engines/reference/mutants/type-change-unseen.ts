import { sound } from "../behaviour.ts";
import { textAt } from "../objects.ts";
import type { Mutant } from "./mutant.ts";

export const typeChangeUnseen: Mutant = {
  name: "type-change-unseen",
  breaks:
    "A Service that is changed to another type than LoadBalancer is taken for none of its business, and what was programmed for it stays.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1700",
  scenario: "address-type-changed",
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    accepts: ({ type, object }) =>
      type !== "MODIFIED" || (textAt(object, "spec", "type") ?? "LoadBalancer") === "LoadBalancer",
  }),
};
