import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const leaseNamedByVersion: Mutant = {
  name: "lease-named-by-version",
  breaks: "Each version has a lease of its own for an address: in the middle of an upgrade two nodes lead.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/996",
  scenario: "address-two-versions",
  needs: { kind: "upgrade", from: ["v2"], to: "v3" },
  oracle: "intent",
  behaviour: () => ({ ...sound, leaseName: (vip, version) => `leakproof-${version}-${vip}` }),
};
