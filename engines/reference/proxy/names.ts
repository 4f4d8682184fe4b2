import type { AddressFamily } from "../addresses.ts";

/** The one chain of the service proxy, in the table filter. */
export const servicesChain = "LEAKPROOF-SERVICES";

/** What a set is about: addresses that Services come in at, the same with their ports, and the node's own addresses. */
export const setKinds = ["svip-port", "svip", "local-ips"] as const;
export type SetKind = (typeof setKinds)[number];

export function setName(kind: SetKind, family: AddressFamily): string {
  return `leakproof-${kind}-${family}`;
}

/** All of them, whatever is in them. */
export const setPattern = `leakproof-(?:${setKinds.join("|")})-[46]`;

/** Addresses of Services that the node does not have otherwise are on this device. */
export const serviceDevice = "leakproof-ipvs";
