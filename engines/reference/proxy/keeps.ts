import type { ClusterFacts, KeptItem } from "../../../harness/model/engine.ts";
import type { Settings } from "../../../harness/model/scenario.ts";
import { parseNetwork } from "../../../harness/state/address.ts";
import { servicesChain, serviceDevice, setPattern } from "./names.ts";

const everyTool = ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"] as const;

const structure: readonly KeptItem[] = [
  {
    title: "chain of what comes in at addresses of Services",
    families: everyTool,
    table: "filter",
    chain: servicesChain,
    reason: "its rules name sets, no Service",
  },
  {
    title: "jump to the chain of what comes in at addresses of Services",
    families: everyTool,
    table: "filter",
    kinds: ["rule"],
    chain: "INPUT",
    text: `-j ${servicesChain}$`,
    reason: "one for each family, names a set and no Service",
  },
  {
    title: "sets of the service proxy",
    families: ["ipset"],
    kinds: ["set"],
    chain: setPattern,
    reason: "the rules of the chain name them, whatever is in them",
  },
  {
    title: "addresses of the node",
    families: ["ipset"],
    kinds: ["member"],
    chain: "leakproof-local-ips-[46]",
    reason: "names addresses that the node has by itself",
  },
];

/** What is there for the Service default/kubernetes, which no scenario makes or deletes. */
function ofApiService({ serviceProxy }: Settings, { apiServiceAddress }: ClusterFacts): readonly KeptItem[] {
  const reason = "the Service default/kubernetes is always there";
  const tokens = [parseNetwork(apiServiceAddress)];
  const chain = `-t ${apiServiceAddress.replace(/\./g, "\\.")}:443`;
  return [
    {
      title: "address of default/kubernetes in sets",
      families: ["ipset"],
      kinds: ["member"],
      chain: "leakproof-svip(?:-port)?-[46]",
      tokens,
      reason,
    },
    ...(serviceProxy === "ipvs"
      ? ([
          { title: "virtual server of default/kubernetes", families: ["ipvs"], chain, reason },
          {
            title: "address of default/kubernetes",
            families: ["address", "route"],
            tokens,
            reason,
          },
          {
            title: "device of addresses of Services",
            families: ["link"],
            text: serviceDevice,
            reason: "is there as long as any Service is",
          },
        ] as const)
      : []),
  ];
}

/** What stays of the service proxy when all Services of a scenario are gone. */
export function proxyKeeps(settings: Settings, cluster: ClusterFacts | undefined): readonly KeptItem[] {
  return [...structure, ...(cluster === undefined ? [] : ofApiService(settings, cluster))];
}
