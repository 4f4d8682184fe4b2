import { familyOf } from "../addresses.ts";
import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const ownAddressesOfIpv4Alone: Mutant = {
  name: "own-addresses-of-ipv4-alone",
  breaks: "The node is asked for its IPv4 addresses alone: the set of its own IPv6 ones stays empty.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1685",
  scenario: "svip-ipv6-first",
  oracle: "api-reachability",
  behaviour: () => ({
    ...sound,
    ownAddresses: (found) => found.map(({ address }) => address).filter((address) => familyOf(address) === 4),
  }),
};
