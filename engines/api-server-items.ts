import type { KeptItem } from "../harness/model/engine.ts";
import type { ItemMatcher } from "../harness/model/matcher.ts";
import type { Intent } from "../harness/model/scenario.ts";
import { parseNetwork } from "../harness/state/address.ts";

type ApiServers = Extract<Intent, { readonly kind: "api-servers" }>;

function placeOf({ vip, port }: Pick<ApiServers, "vip" | "port">) {
  return { families: ["ipvs"], chain: `-t ${vip.replace(/\./g, "\\.")}:${port}` } as const;
}

/** The virtual server at the address of the API server, with one destination an API server, whatever its port there. */
export function apiServerItems(intent: ApiServers): readonly ItemMatcher[] {
  const place = placeOf(intent);
  const at = `${intent.vip}:${intent.port}`;
  return [
    { ...place, title: `virtual server at ${at}`, kinds: ["service"] },
    ...intent.servers.map(
      (server): ItemMatcher => ({
        ...place,
        title: `destination ${server} of ${at}`,
        kinds: ["destination"],
        tokens: [parseNetwork(server)],
      }),
    ),
  ];
}

/** The port that comes in at the address of the API server is the usual one. */
export const apiServerPort = 6443;

/** It is no object's: one node has it as long as the engine runs on any. */
export function apiServerKeeps(vip: string): KeptItem {
  const title = "virtual server at the address of the API server";
  return {
    ...placeOf({ vip, port: apiServerPort }),
    title,
    reason: "leads to the API server, and is no object's",
    endsWithEngine: true,
  };
}
