import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import { parseNetwork } from "../../harness/state/address.ts";

/** The script takes the legacy tools where they work. */
const families = ["iptables-legacy", "iptables-nft"] as const;

/** The items of the gateway that `intent` stands for: chains of nat-gateway.sh, which have kept their names since v1.13. */
export function match(intent: Intent): readonly ItemMatcher[] {
  const rule = (chain: string, text: string, title: string, names: readonly string[]): ItemMatcher => ({
    title,
    families,
    table: "nat",
    chain,
    kinds: ["rule"],
    text,
    tokens: names.map(parseNetwork),
  });
  switch (intent.kind) {
    case "elastic-ip":
      return [
        {
          title: `address ${intent.address}`,
          families: ["address"],
          kinds: ["address"],
          tokens: [parseNetwork(intent.address)],
        },
      ];
    case "floating-ip": {
      const { address, pod } = intent;
      const both = [address, pod];
      return [
        rule("EXCLUSIVE_DNAT", "-j DNAT ", `DNAT of ${address} to ${pod}`, both),
        rule("EXCLUSIVE_SNAT", "-j SNAT ", `SNAT of ${pod} to ${address}`, both),
      ];
    }
    case "source-nat": {
      const { address, cidr } = intent;
      return [rule("SHARED_SNAT", "-j SNAT ", `SNAT of ${cidr} to ${address}`, [address, cidr])];
    }
    case "port-forward": {
      const { address, port, pod } = intent;
      return [
        rule("SHARED_DNAT", `--dport ${port} -j DNAT `, `DNAT of ${address}:${port} to ${pod}`, [
          address,
          pod,
        ]),
      ];
    }
    case "egress":
    case "egress-port":
    case "egress-exempt":
    case "flows":
    case "route":
    case "address":
    case "api-servers":
    case "service-port":
    case "node-port":
    case "service-address":
    case "own-address":
    case "input-exempt":
    case "pod-guarded":
    case "policy-client":
      return [];
  }
}
