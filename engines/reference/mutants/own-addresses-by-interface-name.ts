import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const ownAddressesByInterfaceName: Mutant = {
  name: "own-addresses-by-interface-name",
  breaks: "What is on an interface whose name speaks of containers is taken for none of the node's own.",
  upstream: "https://github.com/cloudnativelabs/kube-router/blob/v2.11.1/pkg/controllers/proxy/utils.go#L563",
  scenario: "svip-node-on-docker0",
  oracle: "api-reachability",
  behaviour: () => ({
    ...sound,
    ownAddresses: (found) =>
      found.filter((each) => !/docker|dummy|kube/.test(each.interface)).map(({ address }) => address),
  }),
};
