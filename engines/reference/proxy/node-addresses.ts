import { canonicalAddress } from "../addresses.ts";
import { listAt, textAt } from "../objects.ts";

export interface NodeAddress {
  readonly interface: string;
  readonly address: string;
}

/**
 * What `ip -json addr show` prints, but for addresses that the node has for itself and its link alone: no
 * Service can come in at those.
 */
export function parseNodeAddresses(json: string): readonly NodeAddress[] {
  const parsed: unknown = JSON.parse(json.trim() === "" ? "[]" : json);
  return listAt({ parsed }, "parsed").flatMap((link) =>
    listAt(link, "addr_info").flatMap((info) => {
      const address = canonicalAddress(textAt(info, "local") ?? "");
      const scope = textAt(info, "scope");
      if (address === undefined || scope === "host" || scope === "link") return [];
      return [{ interface: textAt(link, "ifname") ?? "", address }];
    }),
  );
}
