import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const formerLeaderKeepsServers: Mutant = {
  name: "former-leader-keeps-servers",
  breaks:
    "A virtual server at the address of the API server stays on a node that does not hold the address any more.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/895",
  scenario: "address-control-plane-balanced",
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    nextServers: ({ found, wanted }) => (wanted.length === 0 ? found : wanted),
  }),
};
