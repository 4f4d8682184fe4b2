import { sound, type Behaviour } from "../behaviour.ts";
import { typeOf } from "../proxy/sets.ts";
import type { Mutant } from "./mutant.ts";

/** Fills one temporary set of each type, and swaps it for the set that it is meant for: what was in that one is in the next. */
function fillOneForAll(): Pick<Behaviour, "setMembers" | "setInput"> {
  /** Sets that are to be written in this round, with their members. */
  const changed = new Map<string, readonly string[]>();
  return {
    setMembers({ set, found, wanted, before }) {
      const isNew = found.length === 0 && before.length === 0;
      if (isNew || wanted.join() !== before.join()) changed.set(set, wanted);
      return [...new Set([...found, ...wanted])];
    },
    setInput() {
      const lines = [...changed].flatMap(([set, members]) => {
        const type = typeOf(set);
        const temporary = `leakproof-tmp-${type.includes("port") ? "port" : "ip"}-${set.slice(-1)}`;
        return [
          `create ${temporary} ${type}`,
          ...members.map((member) => `add ${temporary} ${member}`),
          `create ${set} ${type}`,
          `swap ${temporary} ${set}`,
        ];
      });
      changed.clear();
      return lines;
    },
  };
}

export const temporarySetReused: Mutant = {
  name: "temporary-set-reused",
  breaks:
    "Sets are written by way of one temporary set, which nobody empties: what a set held before comes back.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1081",
  scenario: "svip-node-port-changed",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, ...fillOneForAll() }),
};
