import type { Api } from "./api.ts";
import type { AddressFamily } from "./addresses.ts";
import type { Desired } from "./desired.ts";
import type { EgressTable, FoundTable } from "./egress.ts";
import type { GatewayResource } from "./gateway/objects.ts";
import type { Tool } from "./kernel.ts";
import type { NodeAddress } from "./proxy/node-addresses.ts";
import type { ProxiedService } from "./proxy/objects.ts";
import { isOwnRoute, type KernelRoute, type RouteHome } from "./routes.ts";
import { isOwnVip, type KernelAddress, type Version, type VipHome } from "./vips.ts";

/** An event of a watch, before it is believed. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: unknown;
}

/** A list of ours on its way: `before` is what this process wanted last, empty right after its start. */
export interface ListChange {
  readonly found: readonly string[];
  readonly wanted: readonly string[];
  readonly before: readonly string[];
}

/** Where a piece of `-restore` input is going to, and what is there. */
export interface RestoreTarget {
  readonly table: EgressTable;
  readonly family: AddressFamily;
  readonly desired: Desired;
  readonly found: FoundTable;
}

/** What the engine knows after it brought the kernel to `desired`. */
export interface Applied {
  readonly desired: Desired;
  /** Services as the API has them, those included that are being deleted. */
  readonly services: readonly unknown[];
  readonly api: Api;
  readonly tool: Tool;
}

/**
 * The decisions in which a rule engine can go wrong, one function each. The engine runs with `sound`;
 * a mutant replaces one of them, so that the engine itself has no branch for any mutant.
 */
export interface Behaviour {
  /** Whether a watch event changes what the engine knows. */
  accepts(event: WatchEvent): boolean;
  /** Whether a list says all there is: what it leaves out is gone. */
  readonly listsAreWhole: boolean;
  /** Whether a watch that failed is begun again, with a new list. */
  watchesAgain(error: unknown): boolean;
  /** Whether the networks of the cluster are looked up. */
  discovers(configured: readonly string[]): boolean;
  /** Networks that egress leaves alone. */
  exempt(configured: readonly string[], discovered: readonly string[]): readonly string[];
  /** Last look at what is wanted. */
  wishes(desired: Desired, services: readonly unknown[]): Desired;
  /** What the engine's chain holds next. */
  nextRules(change: ListChange): readonly string[];
  /** Where the table of routes leads next. */
  nextRoutes(change: ListChange): readonly string[];
  /** What the chain for what comes in holds next. */
  nextInput(change: ListChange): readonly string[];
  /** Whether jumps to it at these positions of a built-in chain are right; `isFirst` in the first round of a process. */
  isJumpRight(places: readonly number[], isFirst: boolean): boolean;
  /** The calls of `-restore` in which the chain for what comes in is written. */
  inputWrites(lines: readonly string[]): readonly (readonly string[])[];
  ownsRoute(route: KernelRoute, home: RouteHome): boolean;
  /** Which VIPs this node holds next. */
  nextVips(change: ListChange): readonly string[];
  ownsVip(address: KernelAddress, home: VipHome): boolean;
  /** What the lease of a VIP is called. */
  leaseName(vip: string, version: Version): string;
  /** Last look at the input of `-restore`. */
  restoreInput(lines: readonly string[], target: RestoreTarget): readonly string[];
  /** The calls of `-restore` in which the input of one family is written. */
  writes(lines: readonly string[]): readonly (readonly string[])[];
  /** Called after every round that brought the kernel to the desired state. */
  applied(state: Applied): void;
  /** Addresses of a Service's own that are served. */
  clusterAddresses(addresses: readonly string[]): readonly string[];
  /** Which addresses on the node's devices are its own, so that they stay open whatever Services come in at them. */
  ownAddresses(found: readonly NodeAddress[], services: readonly ProxiedService[]): readonly string[];
  /** What a set of the service proxy holds next. */
  setMembers(change: ListChange & { readonly set: string }): readonly string[];
  /** Which of the virtual servers on the node are the engine's, by those that its set of ports names. */
  ownServers(all: readonly string[], named: readonly string[]): readonly string[];
  /** What virtual servers there are next, with their destinations. */
  nextServers(change: ListChange): readonly string[];
  /** Last look at what is added to sets, with the names of all that are there. */
  setInput(lines: readonly string[], there: readonly string[]): readonly string[];
  /** Whether the pool's address may be given away, by who holds it and the names of all that ever did. */
  isPoolFree(holders: readonly ProxiedService[], given: ReadonlySet<string>): boolean;
  /** Whether a new process takes away what one with other settings made, and it does not. */
  readonly sweepsFormerSettings: boolean;
  /** Last look at a script for the gateway. */
  gatewayScript(script: string): string;
  /** Whether an object of the gateway that was being deleted before this process knew of it is let go. */
  readonly freesWhatItFoundDeleted: boolean;
  /** When an object of the gateway gets the finalizer that keeps it until its rules are gone. */
  finalizer(resource: GatewayResource): "before" | "after" | "never";
  /** Whether an object that has gone before it could be held is programmed all the same. */
  readonly programsWhatIsGone: boolean;
  /** What SIGTERM does: take our rules away and exit, exit at once, or nothing. */
  readonly onTerminate: "clean" | "exit" | "ignore";
}

/** The correct engine. */
export const sound: Behaviour = {
  accepts: () => true,
  listsAreWhole: true,
  watchesAgain: () => true,
  // Configured networks are final: nobody needs the right to list pods then.
  discovers: (configured) => configured.length === 0,
  exempt: (configured, discovered) => (configured.length > 0 ? configured : discovered),
  wishes: (desired) => desired,
  nextRules: ({ wanted }) => wanted,
  nextRoutes: ({ wanted }) => wanted,
  nextInput: ({ wanted }) => wanted,
  // Others put their rules first at any time: only a new process goes to the front again.
  isJumpRight: (places, isFirst) => places.length === 1 && (!isFirst || places[0] === 1),
  inputWrites: (lines) => [lines],
  ownsRoute: isOwnRoute,
  nextVips: ({ wanted }) => wanted,
  ownsVip: isOwnVip,
  leaseName: (vip) => `leakproof-${vip}`,
  restoreInput: (lines) => lines,
  writes: (lines) => [lines],
  applied: () => undefined,
  clusterAddresses: (addresses) => addresses,
  ownAddresses: (found) => found.map(({ address }) => address),
  setMembers: ({ wanted }) => wanted,
  ownServers: (_, named) => named,
  nextServers: ({ wanted }) => wanted,
  setInput: (lines) => lines,
  isPoolFree: (holders) => holders.length === 0,
  sweepsFormerSettings: true,
  gatewayScript: (script) => script,
  freesWhatItFoundDeleted: true,
  finalizer: () => "before",
  programsWhatIsGone: false,
  onTerminate: "clean",
};
