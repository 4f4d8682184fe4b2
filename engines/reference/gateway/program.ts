import { type GatewayState, inboundChain, outboundChain } from "./objects.ts";

/** What a gateway was found to hold of ours. */
export interface FoundGateway extends GatewayState {
  readonly chains: readonly string[];
  readonly jumps: readonly string[];
}

const jumps: Readonly<Record<string, string>> = {
  [inboundChain]: `-A PREROUTING -j ${inboundChain}`,
  [outboundChain]: `-A POSTROUTING -j ${outboundChain}`,
};

/** Marks our addresses apart from those of the node. */
const label = (device: string): string => `${device}:fip`;

/** A script that shows what the gateway holds. */
export function renderLook(backend: "nft" | "legacy", device: string): string {
  return `iptables-${backend}-save -t nat && echo addresses && ip -o -4 addr show dev ${device} label ${label(device)}`;
}

export function readLook(text: string): FoundGateway {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const rules = (chain: string): readonly string[] => lines.filter((line) => line.startsWith(`-A ${chain} `));
  return {
    addresses: lines.flatMap((line) => /^\d+: \S+\s+inet ([0-9.]+)\/32 /.exec(line)?.[1] ?? []).toSorted(),
    inbound: rules(inboundChain).toSorted(),
    outbound: rules(outboundChain).toSorted(),
    chains: [inboundChain, outboundChain].filter((chain) =>
      lines.some((line) => line.startsWith(`:${chain} `)),
    ),
    jumps: lines.filter((line) => Object.values(jumps).includes(line)),
  };
}

function chainLines(chain: string, wanted: readonly string[], found: FoundGateway): readonly string[] {
  const jump = jumps[chain] ?? "";
  const had = found.jumps.filter((line) => line === jump);
  const rules = chain === inboundChain ? found.inbound : found.outbound;
  if (wanted.length === 0) {
    const chainGone = found.chains.includes(chain) ? [`-F ${chain}`, `-X ${chain}`] : [];
    return [...had.map((line) => line.replace(/^-A/, "-D")), ...chainGone];
  }
  const isSame = found.chains.includes(chain) && wanted.join("\n") === rules.join("\n");
  return [
    ...had.slice(1).map((line) => line.replace(/^-A/, "-D")),
    ...(isSame ? [] : [`:${chain} - [0:0]`, ...wanted]),
    ...(had.length > 0 ? [] : [jump]),
  ];
}

/** Whom a flow was translated for: addresses that rules name which are in one state and not in the other. */
function changedAddresses(found: GatewayState, wanted: GatewayState): readonly string[] {
  const all = (state: GatewayState): readonly string[] => [...state.inbound, ...state.outbound];
  const differing = [
    ...all(found).filter((rule) => !all(wanted).includes(rule)),
    ...all(wanted).filter((rule) => !all(found).includes(rule)),
  ];
  const hosts = differing.flatMap((rule) => [...rule.matchAll(/(\d+\.\d+\.\d+\.\d+)(?:\/32)?(?![0-9./])/g)]);
  return [...new Set(hosts.flatMap(([, host]) => host ?? []))];
}

/**
 * A script that brings the gateway from `found` to `wanted`: all rules in one transaction, and the flows that
 * the old ones translated ended. Undefined where it is there already.
 */
export function renderChange(
  backend: "nft" | "legacy",
  device: string,
  found: FoundGateway,
  wanted: GatewayState,
): string | undefined {
  const rules = [
    ...chainLines(inboundChain, wanted.inbound, found),
    ...chainLines(outboundChain, wanted.outbound, found),
  ];
  const added = wanted.addresses.filter((address) => !found.addresses.includes(address));
  const gone = found.addresses.filter((address) => !wanted.addresses.includes(address));
  if (rules.length + added.length + gone.length === 0) return undefined;
  const restore = `iptables-${backend}-restore --noflush --wait 5`;
  const flows = changedAddresses(found, wanted).flatMap((host) => [
    `conntrack -D -d ${host} >/dev/null 2>&1 || true`,
    `conntrack -D -s ${host} >/dev/null 2>&1 || true`,
  ]);
  return [
    "set -e",
    ...added.map((address) => `ip addr add ${address}/32 dev ${device} label ${label(device)}`),
    ...(rules.length === 0 ? [] : [`${restore} <<'END'`, "*nat", ...rules, "COMMIT", "END"]),
    ...gone.map((address) => `ip addr del ${address}/32 dev ${device}`),
    ...flows,
  ].join("\n");
}
