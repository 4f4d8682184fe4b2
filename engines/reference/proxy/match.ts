import type { RenderContext } from "../../../harness/model/engine.ts";
import type { ItemMatcher } from "../../../harness/model/matcher.ts";
import type { Intent } from "../../../harness/model/scenario.ts";
import type { PortToken } from "../../../harness/model/state.ts";
import { parseNetwork } from "../../../harness/state/address.ts";
import { type SetKind, setName } from "./names.ts";

type Of<K extends Intent["kind"]> = Extract<Intent, { kind: K }>;
type ProxyIntent = Of<"service-port" | "node-port" | "service-address" | "own-address">;

function portToken(port: number, protocol: "TCP" | "UDP", role: PortToken["role"]): PortToken {
  return { kind: "ports", first: port, last: port, protocol: protocol.toLowerCase(), role };
}

function member(kind: SetKind, address: string, title: string): ItemMatcher {
  const token = parseNetwork(address);
  const chain = setName(kind, token.family);
  return { title, families: ["ipset"], chain, kinds: ["member"], tokens: [token] };
}

/** The virtual server of a port of a Service, with one destination a pod. */
function virtualServer({ clusterIp, protocol, port, targetPort, backends }: Of<"service-port">) {
  const address = clusterIp.includes(":") ? `[${clusterIp}]` : clusterIp;
  const chain = `-${protocol === "TCP" ? "t" : "u"} ${address.replace(/[.[\]]/g, "\\$&")}:${port}`;
  const place = { families: ["ipvs"], chain } as const;
  return [
    { ...place, title: `virtual server at ${clusterIp}:${port}`, kinds: ["service"] },
    ...backends.map((backend) => ({
      ...place,
      title: `destination ${backend} of ${clusterIp}:${port}`,
      kinds: ["destination"] as const,
      tokens: [parseNetwork(backend), portToken(targetPort, protocol, "target")],
    })),
  ] as const satisfies readonly ItemMatcher[];
}

/** The items of the service proxy that an intent is shown by; none where there is no service proxy. */
export function matchProxy(intent: ProxyIntent, { settings }: RenderContext): readonly ItemMatcher[] {
  const { serviceProxy } = settings;
  if (serviceProxy === undefined) return [];
  switch (intent.kind) {
    case "service-port": {
      const { clusterIp, port, protocol } = intent;
      const pair = member("svip-port", clusterIp, `${clusterIp}:${port} among ports of Services`);
      const tokens = [...(pair.tokens ?? []), portToken(port, protocol, "destination")];
      return [{ ...pair, tokens }, ...(serviceProxy === "ipvs" ? virtualServer(intent) : [])];
    }
    case "node-port": {
      const tokens = [portToken(intent.nodePort, intent.protocol, "destination")];
      const title = `node port ${intent.nodePort} among ports of Services`;
      const servers: readonly ItemMatcher[] =
        serviceProxy === "ipvs"
          ? [
              {
                title: `virtual server at node port ${intent.nodePort}`,
                families: ["ipvs"],
                kinds: ["service"],
                tokens,
              },
            ]
          : [];
      const chain = "leakproof-svip-port-[46]";
      return [{ title, families: ["ipset"], chain, kinds: ["member"], tokens }, ...servers];
    }
    case "service-address":
      return [member("svip", intent.address, `${intent.address} among addresses of Services`)];
    case "own-address":
      return [member("local-ips", intent.address, `${intent.address} among the node's own`)];
  }
}
