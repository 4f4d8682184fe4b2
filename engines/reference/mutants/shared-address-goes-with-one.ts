import { sound } from "../behaviour.ts";
import { viewService } from "../objects.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** Remembers whose address is whose: what a Service had that is gone is not wanted any more. */
function withoutAddressesOfGone(): Behaviour["wishes"] {
  const known = new Map<string, string>();
  const gone = new Set<string>();
  return (desired, services) => {
    const views = services.flatMap((object) => viewService(object) ?? []);
    const names = new Set(views.map(({ name }) => name));
    for (const [name, vip] of known) if (!names.has(name)) gone.add(vip);
    for (const { name, vip } of views) if (vip !== undefined) known.set(name, vip);
    return { ...desired, vips: desired.vips.filter((vip) => !gone.has(vip)) };
  };
}

export const sharedAddressGoesWithOne: Mutant = {
  name: "shared-address-goes-with-one",
  breaks: "The address of a Service that is deleted is taken away, whoever else has it.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/823",
  scenario: "address-shared-by-services",
  oracle: "intent",
  behaviour: () => ({ ...sound, wishes: withoutAddressesOfGone() }),
};
