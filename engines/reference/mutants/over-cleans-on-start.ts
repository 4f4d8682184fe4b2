import { sound, type Behaviour } from "../behaviour.ts";
import { baseChains } from "../egress.ts";
import type { Mutant } from "./mutant.ts";

function flushOnce(): Behaviour["restoreInput"] {
  const done = new Set<string>();
  return (lines, { table, family }) => {
    const place = `${table}${family}`;
    if (done.has(place)) return lines;
    done.add(place);
    const chain = baseChains[table];
    const [head = `*${table}`, ...rest] = lines.filter((line) => !line.startsWith(`-D ${chain} `));
    return [head, `-F ${chain}`, ...(rest.length === 0 ? ["COMMIT"] : rest)];
  };
}

export const overCleansOnStart: Mutant = {
  name: "over-cleans-on-start",
  breaks: "Every start begins with empty base chains, whoever had rules in them.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1634",
  scenario: "egress-service-deleted-while-down",
  oracle: "bystander",
  behaviour: () => ({ ...sound, restoreInput: flushOnce() }),
};
