import type { RenderContext } from "../../harness/model/engine.ts";
import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { AddressToken, Family, PortToken } from "../../harness/model/state.ts";
import { parseNetwork } from "../../harness/state/address.ts";

type ServicePortIntent = Extract<Intent, { kind: "service-port" }>;
type NodePortIntent = Extract<Intent, { kind: "node-port" }>;

/** kube-proxy runs `iptables`, whatever back end that is on the machine. */
const families: Readonly<Record<4 | 6, readonly Family[]>> = {
  4: ["iptables-nft", "iptables-legacy"],
  6: ["ip6tables-nft", "ip6tables-legacy"],
};

/** The items of the kernel's state that `intent` stands for. */
export function match(intent: Intent, context: RenderContext): readonly ItemMatcher[] {
  const isNftables = context.selection.variant === "nftables";
  switch (intent.kind) {
    case "service-port":
      return isNftables ? servicePortInNftables(intent) : servicePortInIptables(intent);
    case "node-port":
      return [isNftables ? nodePortInNftables(intent) : nodePortInIptables(intent)];
    case "egress":
    case "egress-port":
    case "egress-exempt":
    case "route":
    case "service-address":
    case "own-address":
    case "address":
    case "api-servers":
    case "input-exempt":
    case "pod-guarded":
    case "policy-client":
    case "elastic-ip":
    case "floating-ip":
    case "source-nat":
    case "port-forward":
    case "flows":
      return [];
  }
}

function port(number: number, role: PortToken["role"], protocol: "TCP" | "UDP"): PortToken {
  return { kind: "ports", first: number, last: number, role, protocol: protocol.toLowerCase() };
}

function nftablesTable(family: AddressToken["family"]): string {
  return family === 4 ? "ip kube-proxy" : "ip6 kube-proxy";
}

function serviceName(intent: ServicePortIntent): string {
  return `${intent.clusterIp}:${intent.port}/${intent.protocol.toLowerCase()}`;
}

/** A Service without backends is refused, in another table. */
function servicePortInIptables(intent: ServicePortIntent): readonly ItemMatcher[] {
  const address = parseNetwork(intent.clusterIp);
  const tokens = [address, port(intent.port, "destination", intent.protocol)];
  const common = {
    families: families[address.family],
    chain: "KUBE-SERVICES",
    kinds: ["rule"],
    tokens,
  } as const;
  if (intent.backends.length === 0) {
    return [{ ...common, title: `refusal of ${serviceName(intent)}`, table: "filter", text: "-j REJECT" }];
  }
  return [
    { ...common, title: `dispatch of ${serviceName(intent)}`, table: "nat", text: "-j KUBE-SVC-" },
    ...intent.backends.map((backend) => dnatInIptables(intent, parseNetwork(backend))),
  ];
}

function dnatInIptables(intent: ServicePortIntent, backend: AddressToken): ItemMatcher {
  return {
    title: `DNAT to ${backend.first}:${intent.targetPort}`,
    families: families[backend.family],
    table: "nat",
    chain: "KUBE-SEP-.*",
    kinds: ["rule"],
    text: "-j DNAT ",
    tokens: [backend, port(intent.targetPort, "target", intent.protocol)],
  };
}

function servicePortInNftables(intent: ServicePortIntent): readonly ItemMatcher[] {
  const address = parseNetwork(intent.clusterIp);
  const common = {
    families: ["nftables"],
    table: nftablesTable(address.family),
    kinds: ["member"],
    tokens: [address, port(intent.port, "destination", intent.protocol)],
  } as const;
  if (intent.backends.length === 0) {
    return [{ ...common, title: `refusal of ${serviceName(intent)}`, chain: "no-endpoint-services" }];
  }
  return [
    { ...common, title: `dispatch of ${serviceName(intent)}`, chain: "service-ips" },
    ...intent.backends.map((backend) => dnatInNftables(intent, parseNetwork(backend))),
  ];
}

/** From v1.36 one rule of the Service's chain lists all backends; before, each had a chain of its own. */
function dnatInNftables(intent: ServicePortIntent, backend: AddressToken): ItemMatcher {
  return {
    title: `DNAT to ${backend.first}:${intent.targetPort}`,
    families: ["nftables"],
    table: nftablesTable(backend.family),
    chain: "(?:service|endpoint)-.*",
    kinds: ["rule"],
    text: "dnat (?:ip6? )?to ",
    tokens: [backend, port(intent.targetPort, "target", intent.protocol)],
  };
}

function nodePortInIptables(intent: NodePortIntent): ItemMatcher {
  return {
    title: `dispatch of node port ${intent.nodePort}`,
    families: [...families[4], ...families[6]],
    table: "nat",
    chain: "KUBE-NODEPORTS",
    kinds: ["rule"],
    text: "-j KUBE-(?:EXT|SVC)-",
    tokens: [port(intent.nodePort, "destination", intent.protocol)],
  };
}

function nodePortInNftables(intent: NodePortIntent): ItemMatcher {
  return {
    title: `dispatch of node port ${intent.nodePort}`,
    families: ["nftables"],
    chain: "service-nodeports",
    kinds: ["member"],
    tokens: [port(intent.nodePort, "destination", intent.protocol)],
  };
}
