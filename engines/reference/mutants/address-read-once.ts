import { sound, type Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** The first address that this process saw of each Service, for as long as it knows of the Service. */
function remembering(): Behaviour["wishes"] {
  const addresses = new Map<string, string>();
  return (desired) => {
    const first = <T extends { readonly owner: string; readonly vip: string }>(wish: T): T => {
      const vip = addresses.get(wish.owner) ?? wish.vip;
      addresses.set(wish.owner, vip);
      return { ...wish, vip };
    };
    return { ...desired, egress: desired.egress.map(first), routes: desired.routes.map(first) };
  };
}

export const addressReadOnce: Mutant = {
  name: "address-read-once",
  breaks: "The address of a Service is read when the Service comes, and a change of it is never seen.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/953",
  scenario: "egress-address-changed",
  oracle: "intent",
  behaviour: () => ({ ...sound, wishes: remembering() }),
};
