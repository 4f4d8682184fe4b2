import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const nodeAddressIsNoLocalOne: Mutant = {
  name: "node-address-is-no-local-one",
  breaks:
    "With the first node port the node's address is one of Services alone: the set of its own addresses is not written any more.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1924",
  scenario: "svip-load-balancer-changed",
  oracle: "api-reachability",
  behaviour: () => ({
    ...sound,
    ownAddresses: (found, services) => {
      const hasNodePort = services.some(({ ports }) => ports.some(({ nodePort }) => nodePort !== undefined));
      return hasNodePort ? [] : found.map(({ address }) => address);
    },
  }),
};
