import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const relistNeverDeletes: Mutant = {
  name: "relist-never-deletes",
  breaks:
    "After a watch was cut, a new list adds what it has and forgets nothing that it lacks: what was deleted meanwhile stays.",
  upstream: "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/manager/watch_services.go#L72-L76",
  scenario: "egress-service-deleted",
  needs: {
    kind: "faults",
    faults: [
      {
        action: { kind: "api-down" },
        step: "deleted",
        node: 0,
        trigger: { at: "step-begin" },
        heal: "same-step",
      },
    ],
  },
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, listsAreWhole: false }),
};
