import { flowArgv } from "../fault/node-reboot.ts";
import type { ItemMatcher } from "../model/matcher.ts";
import type { Intent } from "../model/scenario.ts";
import { parseNetwork } from "../state/address.ts";
import { type AttemptContext, nodeOf } from "./attempt-context.ts";

type Flows = Extract<Intent, { kind: "flows" }>;

/** The items of connections between an address and the pod behind it: they are the kernel's, the same for every engine. */
export function flowMatchers({ address, pod }: Flows): readonly ItemMatcher[] {
  const flow = { families: ["conntrack"], kinds: ["flow"] } as const;
  const tokens = [address, pod].map(parseNetwork);
  const text = (value: string): string => value.replaceAll(".", "\\.");
  return [
    {
      ...flow,
      title: `connection to ${address}`,
      text: ` dst=${text(address)} .* src=${text(pod)} `,
      tokens,
    },
    { ...flow, title: `connection from ${pod}`, text: ` src=${text(pod)} .* dst=${text(address)} `, tokens },
  ];
}

/**
 * Puts connections that have lasted for a while into a node: one from outside to `address`, and one from `pod` to the
 * outside, each with its answers as the translation makes them.
 */
export async function plantFlows(
  context: AttemptContext,
  { node: name, address, pod }: Pick<Flows, "node" | "address" | "pod">,
): Promise<void> {
  const node = nodeOf(context, name);
  const outside = context.cluster.network.outside4;
  const inbound = `src=${outside} dst=${address} sport=41001 dport=8080 src=${pod} dst=${outside} sport=8080 dport=41001`;
  const outbound = `src=${pod} dst=${outside} sport=41002 dport=443 src=${outside} dst=${address} sport=443 dport=41002`;
  for (const text of [inbound, outbound]) await node.exec(flowArgv({ text: `tcp ${text}` }));
}
