import { type Behaviour, sound } from "../behaviour.ts";
import { viewService } from "../objects.ts";
import type { Mutant } from "./mutant.ts";

/** Whatever a Service ever had it has as long as it lives. */
function everyAddress(): Behaviour["wishes"] {
  const known = new Map<string, Set<string>>();
  return (desired, services) => {
    const own = services.flatMap((object) => viewService(object) ?? []).filter(({ address }) => address);
    for (const { name, vip } of own)
      if (vip !== undefined) known.set(name, new Set([...(known.get(name) ?? []), vip]));
    const all = own.flatMap(({ name }) => [...(known.get(name) ?? [])]);
    const withAll = (vips: readonly string[]): readonly string[] => [...new Set([...vips, ...all])];
    return { ...desired, vips: withAll(desired.vips), claimed: withAll(desired.claimed) };
  };
}

export const addressChangeKeepsOld: Mutant = {
  name: "address-change-keeps-old",
  breaks: "A Service that is given another address has the old one too, until it is deleted.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/574",
  scenario: "address-changed-in-place",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, wishes: everyAddress() }),
};
