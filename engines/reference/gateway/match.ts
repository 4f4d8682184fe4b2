import type { ItemMatcher } from "../../../harness/model/matcher.ts";
import type { Intent } from "../../../harness/model/scenario.ts";
import type { Family } from "../../../harness/model/state.ts";
import { parseNetwork } from "../../../harness/state/address.ts";
import { inboundChain, outboundChain } from "./objects.ts";

type GatewayIntent = Extract<Intent, { kind: "elastic-ip" | "floating-ip" | "source-nat" | "port-forward" }>;

/** The items of the gateway that an intent is shown by. */
export function matchGateway(intent: GatewayIntent, family: Family): readonly ItemMatcher[] {
  const address = parseNetwork(intent.address);
  const rule = { families: [family], table: "nat", kinds: ["rule"] } as const;
  const inbound = (pod: string, text: string): ItemMatcher => ({
    ...rule,
    title: `DNAT of ${intent.address} to ${pod}`,
    chain: inboundChain,
    text,
    tokens: [address, parseNetwork(pod)],
  });
  const outbound = (from: string): ItemMatcher => ({
    ...rule,
    title: `SNAT of ${from} to ${intent.address}`,
    chain: outboundChain,
    text: "-j SNAT ",
    tokens: [address, parseNetwork(from)],
  });
  switch (intent.kind) {
    case "elastic-ip":
      return [
        { title: `address ${intent.address}`, families: ["address"], kinds: ["address"], tokens: [address] },
      ];
    case "floating-ip":
      return [inbound(intent.pod, "-j DNAT "), outbound(intent.pod)];
    case "source-nat":
      return [outbound(intent.cidr)];
    case "port-forward":
      return [inbound(intent.pod, `--dport ${intent.port} -j DNAT `)];
  }
}
