import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

const ported = / -s (\S+) .* --dport \d+ /;

export const portsOnlyAdded: Mutant = {
  name: "ports-only-added",
  breaks: "Rules of ports that a Service no longer lists are looked for by what it lists now, and stay.",
  upstream: "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/manager/service_egress.go",
  scenario: "egress-ports-removed",
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    nextRules: ({ found, wanted }) => {
      const pods = new Set(wanted.flatMap((rule) => ported.exec(rule)?.[1] ?? []));
      const isOfLivePod = (rule: string): boolean => pods.has(ported.exec(rule)?.[1] ?? "");
      return [...wanted, ...found.filter((rule) => isOfLivePod(rule) && !wanted.includes(rule))];
    },
  }),
};
