import type { ClusterFacts, EngineProfile, EngineSelection, KeptItem } from "../../harness/model/engine.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import type { Era } from "./eras.ts";
import { families, topChains } from "./match.ts";
import { serviceProxyKeeps } from "./keeps-service-proxy.ts";
import { eraOfSelection } from "./options.ts";

const both = [...families[4], ...families[6]];
const hash = "[A-Z2-7]{16}";

/** A rule as iptables prints it: with its comment, and a target at its end. */
function commented(comment: string, target: string): string {
  return `--comment "${comment}"(?: .*)? -j ${target}$`;
}

/**
 * What is there without any pod. Word for word: a rule of another release, with other words, is not kept
 * but left over.
 */
function keptRules(era: Era): readonly KeptItem[] {
  const place = { families: both, table: "filter", kinds: ["rule"] } as const;
  const ports = era.nodePortProtocols.join("|");
  return [
    {
      ...place,
      title: "jump of a built-in chain",
      chain: "INPUT|FORWARD|OUTPUT",
      text: commented(`kube-router netpol - ${hash}`, topChains),
      reason: "the chains are there as long as kube-router is, whether there are policies or not",
    },
    {
      ...place,
      title: "exemption of the network of the services",
      chain: "KUBE-ROUTER-INPUT",
      text: commented(`${era.clusterIpComment} - ${hash}`, "RETURN"),
      reason: "names a network of the cluster, no pod",
    },
    {
      ...place,
      title: "exemption of node ports",
      chain: "KUBE-ROUTER-INPUT",
      text: commented(`allow LOCAL (?:${ports}) traffic to node ports - ${hash}`, "RETURN"),
      reason: "names the range of node ports, no pod",
    },
    {
      ...place,
      title: "exemption of a network that somebody configured",
      chain: "KUBE-ROUTER-INPUT",
      // v2.1.3:pkg/controllers/netpol/network_policy_controller.go:524 and :550.
      text: commented(`allow traffic to (?:external|load balancer) IP range: [^" ]+ - ${hash}`, "RETURN"),
      reason: "names a network of the command line, no Service",
    },
    {
      ...place,
      title: "end of the chains",
      chain: topChains,
      text: commented(era.acceptComment, "ACCEPT"),
      reason: "one a chain, names no pod",
    },
    {
      ...place,
      title: "rule that every pod shares",
      chain: ["KUBE-NWPLCY-DEFAULT", ...era.commonChains].join("|"),
      reason: "one set for all pods, names none",
    },
    ...(era.commonChains.includes("KUBE-NWPLCY-TAIL")
      ? [
          {
            ...place,
            title: "jump to the tail",
            chain: topChains,
            text: "-j KUBE-NWPLCY-TAIL$",
            reason: "one a chain, names no pod",
          },
        ]
      : []),
  ];
}

function keptItems(era: Era): readonly KeptItem[] {
  return [
    {
      title: "built-in chains of the table filter",
      families: both,
      table: "filter",
      kinds: ["policy"],
      chain: "INPUT|FORWARD|OUTPUT",
      text: "ACCEPT",
      reason: "iptables makes them with the first rule of a table, and they may be in use by others",
    },
    {
      title: "chains that are there without any pod",
      families: both,
      table: "filter",
      kinds: ["chain"],
      chain: [topChains, "KUBE-NWPLCY-DEFAULT", ...era.commonChains].join("|"),
      reason: "kube-router makes them at its start and removes them with --cleanup-config alone",
    },
    ...keptRules(era),
  ];
}

/** What a release promises: with its network policies alone, or with Services as well. */
export function profile(
  selection: EngineSelection,
  cluster?: ClusterFacts,
  settings?: Settings,
): EngineProfile {
  const era = eraOfSelection(selection);
  const isProxy = selection.variant === "service-proxy";
  return {
    features: [isProxy ? "ipvs-service" : "policy-input", "uninstall"],
    keeps: [...keptItems(era), ...(isProxy ? serviceProxyKeeps(cluster) : [])],
    keepsObjects:
      settings?.addressPool === undefined
        ? []
        : [
            {
              kind: "Lease",
              // v2.6.1:pkg/controllers/lballoc/lballoc.go:520.
              name: "kube-router-lballoc",
              reason: "one for the allocator, whatever the Services",
            },
          ],
    constants: [],
    // Nothing is removed on SIGTERM: --cleanup-config is what the vendor has for that.
    exit: { policy: "keeps", except: [] },
    hashedNames: [
      {
        name: `KUBE-POD-FW-${hash}`,
        // All releases, all of a pod's own rules: "rule to jump traffic from POD name:web namespace: default to chain ...".
        comment: 'POD name: ?(\\S+) namespace: (\\S+?)"? ',
      },
      { name: `KUBE-NWPLCY-${hash}`, comment: 'selected by policy name:? ?(\\S+) namespace (\\S+?)"? ' },
    ],
    ruleOrders: [
      {
        first: { title: "jump to the chain of a pod", chain: topChains, text: `-j KUBE-POD-FW-${hash}$` },
        later: {
          title: "end of the chain",
          chain: topChains,
          text: "--mark 0x20000/0x20000 -j ACCEPT$",
        },
        reason: "a packet with the mark passes before the pod's policies are asked",
      },
    ],
    // A whole sync an event, each of some twenty programs; the first one waits for all informers.
    worstCaseMs: isProxy ? 25_000 : 15_000,
    settleMs: isProxy ? 2_500 : 1_500,
  };
}
