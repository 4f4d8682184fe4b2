import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const externalAddressIsNoLocalOne: Mutant = {
  name: "external-address-is-no-local-one",
  breaks: "An address that a Service names as external is the Service's, even where it is the node's own.",
  upstream: "https://github.com/kubernetes/kubernetes/issues/127410",
  scenario: "svip-external-ip-of-node",
  oracle: "api-reachability",
  behaviour: () => ({
    ...sound,
    ownAddresses: (found, services) => {
      const named = new Set(services.flatMap(({ outerAddresses }) => outerAddresses));
      return found.map(({ address }) => address).filter((address) => !named.has(address));
    },
  }),
};
