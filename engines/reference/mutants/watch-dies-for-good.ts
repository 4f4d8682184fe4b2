import { ApiError } from "../api.ts";
import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const watchDiesForGood: Mutant = {
  name: "watch-dies-for-good",
  breaks: "A watch that is told that its version is too old (410 Gone) is never begun again.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1033",
  scenario: "egress-service-deleted",
  needs: {
    kind: "faults",
    faults: [
      {
        action: { kind: "api-watch-gone" },
        step: "created",
        node: 0,
        trigger: { at: "settled" },
        heal: "same-step",
      },
    ],
  },
  oracle: "liveness",
  behaviour: () => ({
    ...sound,
    watchesAgain: (error) =>
      error instanceof ApiError
        ? error.status !== 410
        : !(error instanceof Error && error.message.startsWith("watch of")),
  }),
};
