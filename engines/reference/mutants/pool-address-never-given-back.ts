import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const poolAddressNeverGivenBack: Mutant = {
  name: "pool-address-never-given-back",
  breaks: "An address of the pool that a Service once had is never free again.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/998",
  scenario: "svip-load-balancer-pool",
  oracle: "intent",
  behaviour: () => ({ ...sound, isPoolFree: (_, given) => given.size === 0 }),
};
