import { familyOf } from "./addresses.ts";
import { listAt, numberAt, textAt } from "./objects.ts";

/** What marks an address as ours, by the engine's version: an address has nothing else to write a name on. */
export const vipLabels = { v1: "vip", v2: "lp", v3: "leakproof" } as const;
export type Version = keyof typeof vipLabels;

/** Where the engine's addresses live, and which version of it puts them there. */
export interface VipHome {
  readonly interface: string;
  readonly version: Version;
}

/** An IPv4 address of an interface, as `ip -json` prints it. */
export interface KernelAddress {
  readonly local: string;
  readonly prefixLength: number;
  readonly label: string;
}

export function parseVips(json: string): readonly KernelAddress[] {
  const parsed: unknown = JSON.parse(json.trim() === "" ? "[]" : json);
  return listAt({ parsed }, "parsed")
    .flatMap((link) => listAt(link, "addr_info"))
    .map((entry) => ({
      local: textAt(entry, "local") ?? "",
      prefixLength: numberAt(entry, "prefixlen") ?? 0,
      label: textAt(entry, "label") ?? "",
    }));
}

/** Whether an address of our interface is ours: one host, with the label of any of our versions, since another one may have run before. */
export function isOwnVip({ prefixLength, label }: KernelAddress, home: VipHome): boolean {
  return (
    prefixLength === 32 && Object.values(vipLabels).some((name) => label === `${home.interface}:${name}`)
  );
}

/** Why an address cannot be had; undefined where it can. */
export function vipProblem(vip: string): string | undefined {
  return familyOf(vip) === 4 ? undefined : `its VIP "${vip}" cannot be marked as ours on an interface.`;
}

/** Input for `ip -batch` that brings our addresses from `found` to `wanted`. */
export function renderVips(
  found: readonly string[],
  wanted: readonly string[],
  home: VipHome,
): readonly string[] {
  const label = `label ${home.interface}:${vipLabels[home.version]}`;
  return [
    ...found.filter((vip) => !wanted.includes(vip)).map((vip) => `addr del ${vip}/32 dev ${home.interface}`),
    ...wanted
      .filter((vip) => !found.includes(vip))
      .map((vip) => `addr add ${vip}/32 dev ${home.interface} ${label}`),
  ];
}
