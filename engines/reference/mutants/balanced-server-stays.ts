import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const balancedServerStays: Mutant = {
  name: "balanced-server-stays",
  breaks:
    "The virtual server at the address of the API server stays when the engine ends, and takes packets still.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/824",
  scenario: "address-control-plane-balanced",
  oracle: "exit-policy",
  behaviour: () => ({
    ...sound,
    nextServers: ({ found, wanted }) => (wanted.length === 0 ? found : wanted),
  }),
};
