import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const deleteEventLost: Mutant = {
  name: "delete-event-lost",
  breaks: "A DELETED event of a watch is never handled.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1033",
  scenario: "egress-service-deleted",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, accepts: ({ type }) => type !== "DELETED" }),
};
