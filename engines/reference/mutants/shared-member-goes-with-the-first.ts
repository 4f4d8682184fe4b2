import { sound, type Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

const portSet = /^leakproof-svip-port-/;

/** Forgets an address as soon as one of its ports has gone: that another one is left is not asked. */
function forgetsShared(): Behaviour["setMembers"] {
  const ports = new Map<string, readonly string[]>();
  const gone = new Map<string, readonly string[]>();
  return ({ set, wanted }) => {
    if (portSet.test(set)) {
      const address = (pair: string): string => pair.replace(/,.*$/, "");
      const before = ports.get(set) ?? [];
      const lost = before.filter((pair) => !wanted.includes(pair)).map(address);
      ports.set(set, wanted);
      gone.set(set, [...(gone.get(set) ?? []), ...lost]);
      return wanted;
    }
    const forgotten = gone.get(set.replace("-svip-", "-svip-port-")) ?? [];
    return set.startsWith("leakproof-svip-")
      ? wanted.filter((member) => !forgotten.includes(member))
      : wanted;
  };
}

export const sharedMemberGoesWithTheFirst: Mutant = {
  name: "shared-member-goes-with-the-first",
  breaks:
    "An address that several Services come in at leaves the set with the first of them that is deleted.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1732",
  scenario: "svip-several-services",
  oracle: "intent",
  behaviour: () => ({ ...sound, setMembers: forgetsShared() }),
};
