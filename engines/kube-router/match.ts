import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { Family, PortToken } from "../../harness/model/state.ts";
import { parseNetwork } from "../../harness/state/address.ts";

/** kube-router runs `iptables`, whatever back end that is on the machine. */
export const families: Readonly<Record<4 | 6, readonly Family[]>> = {
  4: ["iptables-nft", "iptables-legacy"],
  6: ["ip6tables-nft", "ip6tables-legacy"],
};

/** The chains that the built-in ones jump to. */
export const topChains = "KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT)";

function portOf(port: number, protocol: "TCP" | "UDP"): Omit<PortToken, "role"> {
  return { kind: "ports", first: port, last: port, protocol: protocol.toLowerCase() };
}

function nodePort({
  nodePort: port,
  protocol,
}: Extract<Intent, { kind: "node-port" }>): readonly ItemMatcher[] {
  return [
    {
      title: `virtual server at node port ${port}`,
      families: ["ipvs"],
      kinds: ["service"],
      tokens: [{ ...portOf(port, protocol), role: "destination" }],
    },
  ];
}

/** The virtual server at the address of a Service, with one destination a pod. */
function servicePort(intent: Extract<Intent, { kind: "service-port" }>): readonly ItemMatcher[] {
  const { clusterIp, port, protocol, targetPort, backends } = intent;
  const address = clusterIp.includes(":") ? `[${clusterIp}]` : clusterIp;
  const chain = `-${protocol === "TCP" ? "t" : "u"} ${address.replace(/[.[\]]/g, "\\$&")}:${port}`;
  return [
    {
      title: `virtual server at ${clusterIp}:${port}`,
      families: ["ipvs"],
      kinds: ["service"],
      tokens: [parseNetwork(clusterIp), { ...portOf(port, protocol), role: "destination" }],
    },
    ...backends.map(
      (backend): ItemMatcher => ({
        title: `destination ${backend} of ${clusterIp}:${port}`,
        families: ["ipvs"],
        chain,
        kinds: ["destination"],
        tokens: [parseNetwork(backend), { ...portOf(targetPort, protocol), role: "target" }],
      }),
    ),
  ];
}

/** The jumps to the chain of a pod. */
function podJumps(address: string): readonly ItemMatcher[] {
  const pod = parseNetwork(address);
  return ["INPUT", "FORWARD", "OUTPUT"].map((hook) => ({
    title: `jump from KUBE-ROUTER-${hook} to the chain of ${address}`,
    families: families[pod.family],
    table: "filter",
    chain: `KUBE-ROUTER-${hook}`,
    kinds: ["rule"],
    text: "-j KUBE-POD-FW-[A-Z2-7]{16}$",
    tokens: [pod],
  }));
}

/** Sets of IPv6 are called like those of IPv4, with a word in front. */
function setMember(set: string, address: string, title: string): ItemMatcher {
  const token = parseNetwork(address);
  const chain = token.family === 4 ? set : `inet6:${set}`;
  return { title, families: ["ipset"], chain, kinds: ["member"], tokens: [token] };
}

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
    case "pod-guarded":
      return podJumps(intent.pod);
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
    case "service-port":
      return servicePort(intent);
    case "node-port":
      return nodePort(intent);
    case "service-address":
      return [setMember("kube-router-svip", intent.address, `${intent.address} among addresses of Services`)];
    case "own-address":
      return [setMember("kube-router-local-ips", intent.address, `${intent.address} among the node's own`)];
    case "egress":
    case "egress-port":
    case "egress-exempt":
    case "route":
    case "address":
    case "api-servers":
    case "elastic-ip":
    case "floating-ip":
    case "flows":
    case "source-nat":
    case "port-forward":
      return [];
  }
}
