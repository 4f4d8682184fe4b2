import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { Family } from "../../harness/model/state.ts";
import { parseNetwork } from "../../harness/state/address.ts";

/** kube-router runs `iptables`, whatever back end that is on the machine. */
export const families: Readonly<Record<4 | 6, readonly Family[]>> = {
  4: ["iptables-nft", "iptables-legacy"],
  6: ["ip6tables-nft", "ip6tables-legacy"],
};

/** The chains that the built-in ones jump to. */
export const topChains = "KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT)";

/** The items of the kernel's state that `intent` stands for. */
export function match(intent: Intent): readonly ItemMatcher[] {
  switch (intent.kind) {
    case "input-exempt": {
      const network = parseNetwork(intent.cidr);
      const place = { families: families[network.family], table: "filter", kinds: ["rule"] } as const;
      return [
        {
          ...place,
          title: "jump to the chain for what comes in",
          chain: "INPUT",
          text: "-j KUBE-ROUTER-INPUT$",
        },
        {
          ...place,
          title: `exemption of ${intent.cidr}`,
          chain: "KUBE-ROUTER-INPUT",
          text: "-j RETURN$",
          tokens: [network],
        },
      ];
    }
    case "pod-guarded": {
      const pod = parseNetwork(intent.pod);
      return ["INPUT", "FORWARD", "OUTPUT"].map((hook) => ({
        title: `jump from KUBE-ROUTER-${hook} to the chain of ${intent.pod}`,
        families: families[pod.family],
        table: "filter",
        chain: `KUBE-ROUTER-${hook}`,
        kinds: ["rule"],
        text: "-j KUBE-POD-FW-[A-Z2-7]{16}$",
        tokens: [pod],
      }));
    }
    case "policy-client": {
      const client = parseNetwork(intent.client);
      return [
        {
          title: `${intent.client} in a set of sources`,
          families: ["ipset"],
          chain: "(?:inet6:)?KUBE-SRC-[A-Z2-7]{16}",
          kinds: ["member"],
          tokens: [client],
        },
      ];
    }
    case "egress":
    case "egress-exempt":
    case "route":
    case "service-port":
    case "node-port":
      return [];
  }
}
