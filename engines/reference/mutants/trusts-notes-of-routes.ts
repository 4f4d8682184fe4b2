import { sound } from "../behaviour.ts";
import { trustsNotes as trusting } from "./building/notes.ts";
import type { Mutant } from "./mutant.ts";

export const trustsNotesOfRoutes: Mutant = {
  name: "trusts-notes-of-routes",
  breaks:
    "A new process leaves alone what a note on a Service says that the process before has done: routes that somebody took away meanwhile never come back.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/762",
  scenario: "route-upgrade-and-clean-up",
  needs: { kind: "upgrade", from: ["v1"], to: "v2" },
  oracle: "intent",
  rights: ["patch-services"],
  behaviour: () => ({ ...sound, ...trusting("routes") }),
};
