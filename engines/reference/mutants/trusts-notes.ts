import { sound } from "../behaviour.ts";
import { trustsNotes as trusting } from "./building/notes.ts";
import type { Mutant } from "./mutant.ts";

export const trustsNotes: Mutant = {
  name: "trusts-notes",
  breaks:
    "A new process leaves alone what a note on a Service says that the process before has done: rules that somebody took away meanwhile never come back.",
  upstream: "https://github.com/kube-vip/kube-vip/pull/970",
  scenario: "egress-upgrade-and-clean-up",
  needs: { kind: "upgrade", from: ["v1"], to: "v2" },
  oracle: "intent",
  rights: ["patch-services"],
  behaviour: () => ({ ...sound, ...trusting("egress") }),
};
