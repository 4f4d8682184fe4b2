import type { Api } from "./api.ts";
import type { AddressFamily } from "./addresses.ts";
import type { Desired } from "./desired.ts";
import type { EgressTable } from "./egress.ts";
import type { Tool } from "./kernel.ts";
import { isOwnRoute, type KernelRoute, type RouteHome } from "./routes.ts";

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

/** What the engine knows after it brought the kernel to `desired`. */
export interface Applied {
  readonly desired: Desired;
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
  /** Networks that egress leaves alone. */
  exempt(configured: readonly string[], discovered: readonly string[]): readonly string[];
  /** What the engine's chain holds next. */
  nextRules(change: ListChange): readonly string[];
  /** Where the table of routes leads next. */
  nextRoutes(change: ListChange): readonly string[];
  ownsRoute(route: KernelRoute, home: RouteHome): boolean;
  /** Last look at the input of `-restore`. */
  restoreInput(
    lines: readonly string[],
    table: EgressTable,
    family: AddressFamily,
    desired: Desired,
  ): readonly string[];
  /** Called after every round that brought the kernel to the desired state. */
  applied(state: Applied): void;
  /** What SIGTERM does: take our rules away and exit, exit at once, or nothing. */
  readonly onTerminate: "clean" | "exit" | "ignore";
}

/** The correct engine. */
export const sound: Behaviour = {
  accepts: () => true,
  exempt: (configured, discovered) => (configured.length > 0 ? configured : discovered),
  nextRules: ({ wanted }) => wanted,
  nextRoutes: ({ wanted }) => wanted,
  ownsRoute: isOwnRoute,
  restoreInput: (lines) => lines,
  applied: () => undefined,
  onTerminate: "clean",
};
