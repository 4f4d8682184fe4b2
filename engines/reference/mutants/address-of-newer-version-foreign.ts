import { sound } from "../behaviour.ts";
import { type VipHome, vipLabels } from "../vips.ts";
import type { Mutant } from "./mutant.ts";

/** Versions in the order in which they came. */
const labels = Object.entries(vipLabels);

function isKnown(label: string, home: VipHome): boolean {
  const newest = labels.findIndex(([version]) => version === home.version);
  return labels.slice(0, newest + 1).some(([, name]) => label === `${home.interface}:${name}`);
}

export const addressOfNewerVersionForeign: Mutant = {
  name: "address-of-newer-version-foreign",
  breaks:
    "A version knows the labels of those before it, and not of those after it; addresses stay after SIGTERM: what a newer one has left is nobody's after a downgrade.",
  upstream: "no report known: an upgrade that is taken back",
  scenario: "address-downgrade-in-place",
  needs: { kind: "upgrade", from: ["v2"], to: "v3" },
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    ownsVip: (address, home) => isKnown(address.label, home),
    onTerminate: "exit",
  }),
};
