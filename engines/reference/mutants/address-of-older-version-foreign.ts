import { sound } from "../behaviour.ts";
import { vipLabels } from "../vips.ts";
import type { Mutant } from "./mutant.ts";

export const addressOfOlderVersionForeign: Mutant = {
  name: "address-of-older-version-foreign",
  breaks:
    "Addresses are found by the label of its own version alone, and stay after SIGTERM: those that the version before has left are nobody's.",
  upstream: "no report known: versions that mark what is theirs in another way each",
  scenario: "address-upgrade-by-steps",
  needs: { kind: "upgrade", from: ["v1", "v2"], to: "v3" },
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    ownsVip: (address, home) => address.label === `${home.interface}:${vipLabels[home.version]}`,
    onTerminate: "exit",
  }),
};
