import { sound, type Behaviour } from "../behaviour.ts";
import { nameOf } from "../objects.ts";
import type { Mutant } from "./mutant.ts";

/** The Service in a rule's comment; empty for rules of no Service. */
function ownerOf(rule: string): string {
  return / --comment "?([^" ]+)/.exec(rule)?.[1] ?? "";
}

function ofLiveServices(): Pick<Behaviour, "wishes" | "nextRules"> {
  let live: ReadonlySet<string> = new Set();
  return {
    wishes(desired, services) {
      live = new Set(services.map(nameOf));
      return desired;
    },
    nextRules({ found, wanted, before }) {
      const isLedOnce = (rule: string): boolean =>
        live.has(ownerOf(rule)) && !wanted.includes(rule) && !before.includes(rule);
      return [...wanted, ...found.filter(isLedOnce)];
    },
  };
}

export const formerLeaderKeepsRules: Mutant = {
  name: "former-leader-keeps-rules",
  breaks:
    "A process that finds rules of a Service that is still there leaves them, whoever leads it by now: only those of gone Services are swept.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/895",
  scenario: "egress-leader-fails-over",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, ...ofLiveServices() }),
};
