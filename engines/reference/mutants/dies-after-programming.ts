import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const diesAfterProgramming: Mutant = {
  name: "dies-after-programming",
  breaks: "The process exits as soon as it has programmed something.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1464",
  scenario: "egress-service-deleted",
  oracle: "liveness",
  behaviour: () => ({
    ...sound,
    applied: ({ desired }) => {
      if (desired.egress.length + desired.routes.length > 0) process.exit(1);
    },
  }),
};
