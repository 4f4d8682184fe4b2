import type { RenderContext } from "../../harness/model/engine.ts";
import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { AddressToken } from "../../harness/model/state.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { addressItem } from "../address-item.ts";
import { apiServerItems } from "../api-server-items.ts";
import { egressBackend, iptablesFamilies, nftablesTable, routeProtocol } from "./options.ts";

/** Table of routes where none is asked for (cmd/kube-vip.go: --tableID). */
/** Table of routes where neither the scenario nor the settings say another. */
export const defaultRouteTable = 198;

/** Chain of egress marks (pkg/vip/egress.go: MangleChainName). */
export const egressChain = "KUBE-VIP-EGRESS";

/** Chains of internal egress, one a Service, named by its UID (pkg/nftables/nftables.go: SNatChain). */
const snatChains = "kube_vip_snat_.*";

/** The items of the kernel's state that `intent` stands for. */
export function match(intent: Intent, context: RenderContext): readonly ItemMatcher[] {
  switch (intent.kind) {
    case "egress":
      return egress(parseNetwork(intent.pod), parseNetwork(intent.vip), context);
    case "egress-port":
      return [egressPort(intent, context)];
    case "egress-exempt":
      return [exempt(parseNetwork(intent.cidr), intent.cidr, context)];
    case "route": {
      const table = intent.table ?? context.settings.routeTable ?? defaultRouteTable;
      return [
        {
          title: `route to ${intent.vip} in table ${table}`,
          families: ["route"],
          table: String(table),
          kinds: ["route"],
          text: ` proto ${routeProtocol(context.selection)} `,
          tokens: [parseNetwork(intent.vip)],
        },
      ];
    }
    case "address":
      return [addressItem(intent.vip)];
    case "api-servers":
      return apiServerItems(intent);
    case "service-port":
    case "node-port":
    case "service-address":
    case "own-address":
    case "input-exempt":
    case "pod-guarded":
    case "policy-client":
    case "elastic-ip":
    case "floating-ip":
    case "flows":
    case "source-nat":
    case "port-forward":
      return [];
  }
}

function egress(pod: AddressToken, vip: AddressToken, context: RenderContext): readonly ItemMatcher[] {
  const backend = egressBackend(context.selection);
  if (backend === "nftables") {
    return [
      {
        title: `SNAT of ${pod.first} to ${vip.first}`,
        families: ["nftables"],
        table: nftablesTable(context.selection, pod.family),
        chain: snatChains,
        kinds: ["rule"],
        text: "snat (?:ip6? )?to ",
        tokens: [pod, vip],
      },
    ];
  }
  const families = [iptablesFamilies(backend)[pod.family]];
  return [
    {
      title: `mark on packets of ${pod.first}`,
      families,
      table: "mangle",
      chain: egressChain,
      kinds: ["rule"],
      text: "-j MARK ",
      tokens: [pod],
    },
    {
      title: `SNAT of ${pod.first} to ${vip.first}`,
      families,
      table: "nat",
      chain: "POSTROUTING",
      kinds: ["rule"],
      text: "-j SNAT ",
      tokens: [pod, vip],
    },
  ];
}

/** One SNAT a port with iptables, one rule for all of them with nftables. */
function egressPort(
  { pod, vip, port, protocol }: Extract<Intent, { kind: "egress-port" }>,
  context: RenderContext,
): ItemMatcher {
  const backend = egressBackend(context.selection);
  const from = parseNetwork(pod);
  const isNative = backend === "nftables";
  return {
    title: `SNAT of ${pod} to ${vip} for port ${port}/${protocol.toLowerCase()}`,
    families: isNative ? ["nftables"] : [iptablesFamilies(backend)[from.family]],
    table: isNative ? nftablesTable(context.selection, from.family) : "nat",
    chain: isNative ? snatChains : "POSTROUTING",
    kinds: ["rule"],
    text: isNative ? "snat (?:ip6? )?to " : "-j SNAT ",
    tokens: [
      from,
      parseNetwork(vip),
      { kind: "ports", first: port, last: port, protocol: protocol.toLowerCase(), role: "destination" },
    ],
  };
}

function exempt(network: AddressToken, cidr: string, context: RenderContext): ItemMatcher {
  const backend = egressBackend(context.selection);
  const title = `no rewriting of packets to ${cidr}`;
  if (backend === "nftables") {
    const version = network.family === 4 ? "ip" : "ip6";
    return {
      title,
      families: ["nftables"],
      table: nftablesTable(context.selection, network.family),
      chain: snatChains,
      kinds: ["rule"],
      text: `${version} daddr != `,
      tokens: [network],
    };
  }
  return {
    title,
    families: [iptablesFamilies(backend)[network.family]],
    table: "mangle",
    chain: egressChain,
    kinds: ["rule"],
    text: "-j RETURN",
    tokens: [network],
  };
}
