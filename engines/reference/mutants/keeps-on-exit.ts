import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const keepsOnExit: Mutant = {
  name: "keeps-on-exit",
  breaks: "SIGTERM ends the process at once, and all its rules stay.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/966",
  scenario: "egress-sigterm",
  oracle: "exit-policy",
  behaviour: () => ({ ...sound, onTerminate: "exit" }),
};
