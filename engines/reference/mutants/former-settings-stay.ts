import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const formerSettingsStay: Mutant = {
  name: "former-settings-stay",
  breaks: "What is turned off is not looked at any more: all that was made while it was on stays.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/464",
  scenario: "input-chain-turned-off",
  oracle: "intent",
  behaviour: () => ({ ...sound, sweepsFormerSettings: false }),
};
