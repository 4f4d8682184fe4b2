import type { TracedWrite } from "./index-writes.ts";

/** Which writes of rules hold: none, every one, those of which `what` (see `WriteDescription`) is one of these, or the `nth` from now, from 1. */
export type HoldPolicy = "none" | "every" | { readonly what: readonly string[] } | { readonly nth: number };

/** To the thread that reads a trace. */
export type ToReader =
  | { readonly kind: "tracer"; readonly pid: number }
  | { readonly kind: "hold"; readonly policy: HoldPolicy }
  | { readonly kind: "release" };

/** From it, for each write. `isHeld`: the tracer was told to stop right behind this write. */
export interface FromReader {
  readonly write: TracedWrite;
  readonly isHeld: boolean;
}
