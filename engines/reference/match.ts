import type { RenderContext } from "../../harness/model/engine.ts";
import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Intent, IptablesTables } from "../../harness/model/scenario.ts";
import type { Family } from "../../harness/model/state.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { addressItem } from "../address-item.ts";
import { apiServerItems } from "../api-server-items.ts";
import { familyOf } from "./addresses.ts";
import { matchGateway } from "./gateway/match.ts";
import { egressChain } from "./egress.ts";
import { inputChain } from "./input.ts";
import { matchProxy } from "./proxy/match.ts";
import { defaultRouteTable } from "./routes.ts";

function iptablesFamily(
  address: string,
  { settings, selection }: RenderContext,
  tables: IptablesTables = settings.tables ?? (selection.options["backend"] === "legacy" ? "legacy" : "nft"),
): Family {
  return `${familyOf(address) === 4 ? "iptables" : "ip6tables"}-${tables}`;
}

function inputRule(
  title: string,
  address: string,
  text: string,
  context: RenderContext,
  tables?: IptablesTables,
): ItemMatcher {
  return {
    title,
    families: [iptablesFamily(address, context, tables)],
    table: "filter",
    chain: inputChain,
    kinds: ["rule"],
    text,
    tokens: [parseNetwork(address)],
  };
}

function egressRules(
  { pod, vip }: Extract<Intent, { kind: "egress" }>,
  context: RenderContext,
): readonly ItemMatcher[] {
  const place = {
    families: [iptablesFamily(pod, context)],
    chain: egressChain,
    kinds: ["rule"],
  } as const;
  const from = parseNetwork(pod);
  return [
    { ...place, title: `mark on packets of ${pod}`, table: "mangle", text: "-j MARK ", tokens: [from] },
    {
      ...place,
      title: `SNAT of ${pod} to ${vip}`,
      table: "nat",
      text: "-j SNAT ",
      tokens: [from, parseNetwork(vip)],
    },
  ];
}

function egressPort(
  { pod, vip, protocol, port }: Extract<Intent, { kind: "egress-port" }>,
  context: RenderContext,
): ItemMatcher {
  const name = protocol.toLowerCase();
  return {
    title: `SNAT of ${pod} to ${vip} for port ${port}/${name}`,
    families: [iptablesFamily(pod, context)],
    table: "nat",
    chain: egressChain,
    kinds: ["rule"],
    text: "-j SNAT ",
    tokens: [
      parseNetwork(pod),
      parseNetwork(vip),
      { kind: "ports", first: port, last: port, protocol: name, role: "destination" },
    ],
  };
}

function inputExempt(cidr: string, context: RenderContext): readonly ItemMatcher[] {
  return [
    inputRule(`exemption of ${cidr}`, cidr, "-j RETURN", context),
    {
      title: "jump to the chain for what comes in",
      families: [iptablesFamily(cidr, context)],
      table: "filter",
      chain: "INPUT",
      kinds: ["rule"],
      text: `-j ${inputChain}$`,
    },
  ];
}

/** The items that the engine shows an intent by. */
export function match(intent: Intent, context: RenderContext): readonly ItemMatcher[] {
  switch (intent.kind) {
    case "egress":
      return egressRules(intent, context);
    case "egress-port":
      return [egressPort(intent, context)];
    case "egress-exempt": {
      const { cidr } = intent;
      return [
        {
          title: `packets to ${cidr} are not marked`,
          families: [iptablesFamily(cidr, context)],
          table: "mangle",
          chain: egressChain,
          kinds: ["rule"],
          text: "-j RETURN",
          tokens: [parseNetwork(cidr)],
        },
      ];
    }
    case "route": {
      const table = intent.table ?? context.settings.routeTable ?? defaultRouteTable;
      return [
        {
          title: `route to ${intent.vip} in table ${table}`,
          families: ["route"],
          table: String(table),
          kinds: ["route"],
          tokens: [parseNetwork(intent.vip)],
        },
      ];
    }
    case "address":
      return [addressItem(intent.vip)];
    case "api-servers":
      return apiServerItems(intent);
    case "input-exempt":
      return inputExempt(intent.cidr, context);
    case "pod-guarded":
      return [
        inputRule(`refusal of others at ${intent.pod}`, intent.pod, "-j REJECT", context, intent.tables),
      ];
    case "policy-client":
      return [inputRule(`permission of ${intent.client}`, intent.client, "-j RETURN", context)];
    case "elastic-ip":
    case "floating-ip":
    case "source-nat":
    case "port-forward":
      return matchGateway(intent, iptablesFamily(intent.address, context));
    case "service-port":
    case "node-port":
    case "service-address":
    case "own-address":
      return matchProxy(intent, context);
    case "flows":
      return [];
  }
}
