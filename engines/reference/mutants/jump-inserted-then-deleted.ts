import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const jumpInsertedThenDeleted: Mutant = {
  name: "jump-inserted-then-deleted",
  breaks:
    "A jump that others have pushed back is put first anew and only then taken away where it was: killed in between, it is there twice, and the first one is where it should be.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1676",
  scenario: "input-chain-engine-restarted",
  needs: { kind: "crash-points", step: "engine-restarted" },
  oracle: "duplicates",
  behaviour: () => ({
    ...sound,
    // How often it is there is not asked.
    isJumpRight: (places, isFirst) => places.length > 0 && (!isFirst || places[0] === 1),
    inputWrites(lines) {
      const removals = lines.filter((line) => line.startsWith("-D "));
      if (removals.length === 0 || !lines.some((line) => line.startsWith("-I "))) return [lines];
      const rest = lines.filter((line) => !removals.includes(line));
      // One further down by then.
      const later = removals.map((line) => line.replace(/\d+$/, (place) => String(Number(place) + 1)));
      return [rest, ["*filter", ...later, "COMMIT"]];
    },
  }),
};
