import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const foreignServersTakenAway: Mutant = {
  name: "foreign-servers-taken-away",
  breaks: "Every virtual server of the node that no Service needs is taken away, whoever made it.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/770",
  scenario: "svip-foreign-api-server",
  oracle: "bystander",
  behaviour: () => ({ ...sound, ownServers: (all) => all }),
};
