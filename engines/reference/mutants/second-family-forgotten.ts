import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const secondFamilyForgotten: Mutant = {
  name: "second-family-forgotten",
  breaks:
    "Of a Service of both families the first address alone gets into the sets; those of IPv6 are forgotten.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1685",
  scenario: "svip-dual-stack",
  oracle: "intent",
  behaviour: () => ({ ...sound, clusterAddresses: (addresses) => addresses.slice(0, 1) }),
};
