import type { PolicyWish } from "./policies.ts";

/** The one chain of the table filter that the engine owns: what comes in for the node, and what it forwards to pods. */
export const inputChain = "LEAKPROOF-INPUT";

/** Built-in chains that lead to it, before anything that others put there. */
const inputHooks = ["INPUT", "FORWARD"] as const;
type InputHook = (typeof inputHooks)[number];

/** What the table filter holds of ours. */
export interface FoundInput {
  readonly hasChain: boolean;
  readonly rules: readonly string[];
  /** Positions of our jumps in each built-in chain, from 1. */
  readonly jumps: Readonly<Record<InputHook, readonly number[]>>;
}

/** What the rule about the network of the services is called, by the engine's version: older rules are found by their words alone. */
export const serviceComments = {
  v1: "services",
  v2: "network of the services",
  v3: "network of the services",
} as const;
export type Wording = keyof typeof serviceComments;

const jumpRule = `-m comment --comment leakproof-reference -j ${inputChain}`;

export function parseInput(saved: string): FoundInput {
  const lines = saved.split("\n").map((line) => line.trimEnd());
  const jumpsIn = (hook: InputHook): readonly number[] =>
    lines
      .filter((line) => line.startsWith(`-A ${hook} `))
      .flatMap((line, index) => (line.endsWith(` -j ${inputChain}`) ? [index + 1] : []));
  return {
    hasChain: lines.some((line) => line.startsWith(`:${inputChain} `)),
    rules: lines.filter((line) => line.startsWith(`-A ${inputChain} `)),
    jumps: { INPUT: jumpsIn("INPUT"), FORWARD: jumpsIn("FORWARD") },
  };
}

/** What the chain should hold: services pass, clients may come to their pods, nobody else may. */
export function inputRules(
  policies: readonly PolicyWish[],
  services: string,
  wording: Wording,
): readonly string[] {
  const comment = (words: string): string =>
    `-m comment --comment ${words.includes(" ") || words.includes("/") ? `"${words}"` : words}`;
  return [
    // What a pod has asked for itself is answered.
    `-A ${inputChain} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    `-A ${inputChain} -d ${services} ${comment(serviceComments[wording])} -j RETURN`,
    ...policies.flatMap(({ owner, pod, port, clients }) => [
      ...clients.map(
        (client) =>
          `-A ${inputChain} -s ${client}/32 -d ${pod}/32 -p tcp -m tcp --dport ${port} ${comment(owner)} -j RETURN`,
      ),
      `-A ${inputChain} -d ${pod}/32 ${comment(owner)} -j REJECT --reject-with icmp-port-unreachable`,
    ]),
  ];
}

/** Commands that leave of a built-in chain's jumps the wanted one alone. Positions shift: the last goes first. */
function moveJump(hook: InputHook, places: readonly number[]): readonly string[] {
  return [...places.toReversed().map((place) => `-D ${hook} ${place}`), `-I ${hook} 1 ${jumpRule}`];
}

/**
 * Input for `-restore --noflush` that brings the table from `found` to `rules`, in one transaction; empty where it
 * is there already. Without rules chain and jumps go too.
 *
 * @param isRight - whether jumps at these positions are as they should be
 */
export function renderInput(
  found: FoundInput,
  rules: readonly string[],
  isRight: (places: readonly number[]) => boolean,
): readonly string[] {
  const lines: string[] = [];
  if (rules.length === 0) {
    for (const hook of inputHooks)
      lines.push(...found.jumps[hook].toReversed().map((place) => `-D ${hook} ${place}`));
    if (found.hasChain) lines.push(`-F ${inputChain}`, `-X ${inputChain}`);
  } else {
    const isSame = found.hasChain && rules.join("\n") === found.rules.join("\n");
    if (!isSame) lines.push(`:${inputChain} - [0:0]`, ...rules);
    for (const hook of inputHooks)
      if (!isRight(found.jumps[hook])) lines.push(...moveJump(hook, found.jumps[hook]));
  }
  return lines.length === 0 ? [] : ["*filter", ...lines, "COMMIT"];
}
