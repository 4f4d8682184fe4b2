import type { Family } from "../model/state.ts";
import type { DecoyOptions } from "./decoy-plan.ts";

/** Names and addresses of somebody else. Documentation ranges only: no scenario and no node uses them. */
export interface Neighbour {
  readonly name: string;
  /** The position of foreign rules: -A appends, -I puts them first. */
  readonly place: "-A" | "-I";
  /** Added to the last byte of v4 addresses and the last group of v6 ones. */
  readonly offset: number;
  readonly mark: string;
}

/** Who owns the decoys of each phase. */
export const neighbours: Readonly<Record<DecoyOptions["phase"], Neighbour>> = {
  before: { name: "somebody-else", place: "-A", offset: 0, mark: "0x1000000/0x1000000" },
  during: { name: "latecomer", place: "-I", offset: 128, mark: "0x2000000/0x2000000" },
};

/** `host` of 0 to 127 in the documentation range that nodes' foreign addresses come from. */
export function nearAddress(who: Neighbour, version: 4 | 6, host: number): string {
  return version === 4 ? `192.0.2.${host + who.offset}` : `2001:db8::${(host + who.offset).toString(16)}`;
}

/** The address that the neighbour has on the node; all datagrams of checks go to it, and so never leave the node. */
export function ownAddress(who: Neighbour, version: 4 | 6): string {
  return nearAddress(who, version, 10);
}

/** `host` of 0 to 127 in the documentation range of places far away. */
export function farAddress(who: Neighbour, version: 4 | 6, host: number): string {
  return version === 4 ? `203.0.113.${host + who.offset}` : `2001:db8:3::${(host + who.offset).toString(16)}`;
}

/** A way to reach one set of iptables tables. */
export interface Backend {
  readonly program: string;
  readonly family: Family;
  readonly version: 4 | 6;
  /** Port of this back end's datagrams: the kernel rewrites a packet by one nat table only, so each has its own packets. */
  readonly port: number;
}

/** The four ways to iptables rules. */
export const backends: readonly Backend[] = [
  { program: "iptables-legacy", family: "iptables-legacy", version: 4, port: 9001 },
  { program: "iptables-nft", family: "iptables-nft", version: 4, port: 9002 },
  { program: "ip6tables-legacy", family: "ip6tables-legacy", version: 6, port: 9001 },
  { program: "ip6tables-nft", family: "ip6tables-nft", version: 6, port: 9002 },
];
