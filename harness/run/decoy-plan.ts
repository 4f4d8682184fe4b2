import type { Family } from "../model/state.ts";

/** A program with its arguments. */
export type Argv = readonly [string, ...string[]];

/** Some things of somebody else's, and how to put them there. */
export interface DecoyCommand {
  /** What it makes first. */
  readonly family: Family;
  readonly argv: Argv;
  /** Stdin, where the tool takes many orders at once: one on each line. */
  readonly input?: readonly string[];
}

/** Where a datagram from the node itself goes. */
export interface Datagram {
  readonly address: string;
  readonly port: number;
}

/** A packet, or a question to the kernel, that shows that a decoy still works. */
export type DecoyCheck =
  /** `read` lists what is there, much else too; a hit is when the packets of the lines that `count` finds are more after `send` than before. */
  | {
      readonly kind: "counter";
      readonly name: string;
      readonly family: Family;
      readonly read: Argv;
      /** Its first group is the number of packets, one without a group; with the flags `gm`. */
      readonly count: RegExp;
      readonly send: Datagram;
    }
  /** A hit is when the output of `argv`, stderr included, has `pattern` in it, which is plain text. */
  | {
      readonly kind: "answer";
      readonly name: string;
      readonly family: Family;
      readonly argv: Argv;
      readonly pattern: string;
    };

/** Somebody else's state on one node, as data; commands run in order in the node's network namespace. */
export interface DecoyPlan {
  readonly commands: readonly DecoyCommand[];
  readonly checks: readonly DecoyCheck[];
}

export interface DecoyOptions {
  /** Tables that get a foreign route and a foreign `ip rule`, the engine's own among them; at most six, none of 0, 253, 254, 255. */
  readonly routeTables: readonly number[];
  /** `before` the engine is started, or `during` its run: other names and addresses, and rules at the head of their chains. */
  readonly phase: "before" | "during";
  /** Whether the node's kernel has ip_vs: it then gets foreign virtual servers. */
  readonly hasIpvs?: boolean;
  /** Addresses of the node where a foreign virtual server leads to the API server; only `before` the engine, and only with ip_vs. */
  readonly apiServerAt?: readonly string[];
  /**
   * A foreign route with the engine's own protocol number in the engine's own table. Leave it out for an
   * engine that was told to own all of (table, protocol), as kube-vip with vip_cleanroutingtable is.
   */
  readonly ownProtocolRoute?: { readonly table: number; readonly protocol: number };
}
