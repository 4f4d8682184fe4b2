import { familyOf, type AddressFamily } from "./addresses.ts";
import type { Desired } from "./desired.ts";
import { listAt, textAt } from "./objects.ts";

/** The protocol number that the engine writes into its routes. */
const routeProtocol = 200;
/** The table that routes go to where none is configured. */
export const defaultRouteTable = 200;

/** Where the engine's routes live. */
export interface RouteHome {
  readonly table: number;
  readonly interface: string;
}

/** A route of the table, as `ip -json -details -N` prints it. */
export interface KernelRoute {
  readonly type: string;
  readonly dst: string;
  readonly dev: string;
  readonly protocol: string;
  readonly gateway: string | undefined;
}

/** With -N `ip` prints numbers for all, so that no name in /etc/iproute2 hides our protocol. */
const typeNames: Readonly<Record<string, string>> = {
  "1": "unicast",
  "2": "local",
  "6": "blackhole",
  "7": "unreachable",
  "8": "prohibit",
  "9": "throw",
};

export function parseRoutes(json: string): readonly KernelRoute[] {
  const parsed: unknown = JSON.parse(json.trim() === "" ? "[]" : json);
  return listAt({ parsed }, "parsed").map((route) => ({
    type: typeNames[textAt(route, "type") ?? "1"] ?? "other",
    dst: textAt(route, "dst") ?? "",
    dev: textAt(route, "dev") ?? "",
    protocol: textAt(route, "protocol") ?? "",
    gateway: textAt(route, "gateway"),
  }));
}

/**
 * Whether a route of our table is ours: our protocol, our interface, one host, no gateway. Protocol
 * alone is not enough: numbers are not reserved, and somebody else's route may carry the same one.
 */
export function isOwnRoute(route: KernelRoute, home: RouteHome): boolean {
  return (
    route.type === "unicast" &&
    route.protocol === String(routeProtocol) &&
    route.dev === home.interface &&
    route.gateway === undefined &&
    !route.dst.includes("/") &&
    route.dst !== "default"
  );
}

/** Addresses that the table should lead to. */
export function wantedRoutes(desired: Desired, family: AddressFamily): readonly string[] {
  return desired.routes.map(({ vip }) => vip).filter((vip) => familyOf(vip) === family);
}

/** Input for `ip -batch` that brings our routes from `found` to `wanted`; `add`, so that a foreign route is never replaced. */
export function renderRoutes(
  found: readonly KernelRoute[],
  wanted: readonly string[],
  home: RouteHome,
): readonly string[] {
  const spec = (address: string) => {
    const family = familyOf(address);
    const rest = family === 4 ? "scope global" : "metric 1024";
    return `${address}/${family === 4 ? 32 : 128}`.concat(
      ` dev ${home.interface} table ${home.table} proto ${routeProtocol} ${rest}`,
    );
  };
  const there = new Set(found.map(({ dst }) => dst));
  return [
    ...found.filter(({ dst }) => !wanted.includes(dst)).map((route) => removalOf(route, home)),
    ...wanted.filter((address) => !there.has(address)).map((address) => `route add ${spec(address)}`),
  ];
}

function removalOf(route: KernelRoute, home: RouteHome): string {
  const dev = route.dev === "" ? "" : ` dev ${route.dev}`;
  return `route del ${route.type} ${route.dst}${dev} table ${home.table} proto ${route.protocol}`;
}
