import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const ignoresSigterm: Mutant = {
  name: "ignores-sigterm",
  breaks: "SIGTERM is ignored, and the process goes on until it is killed.",
  upstream: "https://github.com/kube-vip/kube-vip/pull/970",
  scenario: "egress-sigterm",
  oracle: "exit-policy",
  behaviour: () => ({ ...sound, onTerminate: "ignore" }),
};
