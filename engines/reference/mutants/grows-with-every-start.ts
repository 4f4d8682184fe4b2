import { sound } from "../behaviour.ts";
import { egressChain } from "../egress.ts";
import type { Mutant } from "./mutant.ts";

const pattern = new RegExp(`^-A ${egressChain} -m mark --mark 0x[0-9a-f]+ -j RETURN$`);

export const growsWithEveryStart: Mutant = {
  name: "grows-with-every-start",
  breaks:
    "Every start leaves a rule of its own beside those of the starts before; they go with the last Service.",
  upstream: "https://github.com/coreos/kenc/issues/42",
  scenario: "egress-restarted-20-times",
  oracle: "growth",
  behaviour: () => {
    let isStarted = false;
    return {
      ...sound,
      nextRules: ({ found, wanted }) => {
        if (!wanted.some((rule) => rule.includes("-j MARK"))) return wanted;
        const starts = found.filter((rule) => pattern.test(rule));
        const own = `-A ${egressChain} -m mark --mark 0x${(starts.length + 1).toString(16)} -j RETURN`;
        const all = isStarted ? starts : [...starts, own];
        isStarted = true;
        return [...wanted, ...all];
      },
    };
  },
};
