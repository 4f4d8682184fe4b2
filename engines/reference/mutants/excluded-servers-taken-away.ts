import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const excludedServersTakenAway: Mutant = {
  name: "excluded-servers-taken-away",
  breaks:
    "A virtual server at the API server's port is taken away, although the engine was told to leave it alone.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/829",
  scenario: "svip-foreign-api-server-excluded",
  oracle: "bystander",
  behaviour: () => ({
    ...sound,
    ownServers: (all, named) => [...named, ...all.filter((line) => / -t \S+:6443 /.test(line))],
  }),
};
