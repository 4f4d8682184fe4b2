import { HarnessError } from "../errors/harness-error.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { Plan } from "../model/plan.ts";
import type { TracedWrite } from "../trace/index-writes.ts";
import type { HoldPolicy } from "../trace/reader-protocol.ts";
import type { AttemptContext, NodeEngine } from "./attempt-context.ts";
import { lookAt } from "./look.ts";

/**
 * Longest time for which the writers of a node may be held, in ms. Leases go on meanwhile: the shortest
 * renew deadline that a vendor's manifest has is 3 s (kube-vip), and an engine that misses it because of us
 * does what it would not do by itself.
 */
const longestHoldMs = 2_500;

/** Where the writers of one node are held, and what is done then. */
export interface WriteHold {
  policy: HoldPolicy;
  /** Called for each held write; must see to it that `releaseWriters` is called. */
  onHeld: (write: TracedWrite) => Promise<void>;
  /** ms of the recorder's clock; absent while nobody is held. */
  sinceMs?: number;
  /** All holds so far, in ms: what this node's engine has lost of its time. */
  totalMs: number;
  /** Of what went wrong while somebody was held; the attempt ends with it. */
  error?: unknown;
  /** Nobody is held any more: an engine that starts now is as quick as any. */
  isOver?: true;
}

/** Whether a fault is one that strikes while everybody is held. */
export function strikesHeld({ trigger: { at } }: PlannedFault): boolean {
  return at === "kernel-write" || at === "nth-write";
}

/** Whether writers are held in an attempt: all their calls are slower then. */
export function mayHold({ indexed, faults }: Plan): boolean {
  return indexed === true || (faults ?? []).some(strikesHeld);
}

/** A hold that holds nobody. */
export function createWriteHold(): WriteHold {
  return { policy: "none", onHeld: async () => undefined, totalMs: 0 };
}

/** Lets the writers of a node go on. */
export function releaseWriters(context: AttemptContext, own: NodeEngine): void {
  const { hold, process } = own;
  if (hold?.sinceMs !== undefined) {
    const heldMs = context.recorder.now() - hold.sinceMs;
    hold.totalMs += heldMs;
    delete hold.sinceMs;
    // What it does next comes of what it did before it was held.
    own.lastKernelWriteMs = context.recorder.now();
    // One that was killed while it was held has lost nothing by it.
    if (process !== undefined && heldMs > longestHoldMs) {
      hold.error ??= new HarnessError(
        "run/perturbed",
        `the writers on ${own.node.ref.name} were held for ${Math.round(heldMs)} ms at one write, longer than ${longestHoldMs} ms: leases may have run out.\nFix: run fewer attempts at once (--clusters 1).`,
      );
    }
  }
  process?.gate?.release();
}

/** Says at which writes of a node everybody is held from now on, and what is done then. */
export function holdWriters(own: NodeEngine, policy: HoldPolicy, onHeld: WriteHold["onHeld"]): void {
  if (own.hold === undefined)
    throw new Error(`the engine of ${own.node.ref.name} was not started to be held`);
  own.hold.policy = policy;
  own.hold.onHeld = onHeld;
  own.process?.gate?.hold(policy);
}

/** Says that no engine is held any more in this attempt. */
export function endHolds(context: AttemptContext): void {
  for (const { hold } of context.engines.values()) if (hold) hold.isOver = true;
}

/** What the tracer is told at the start of an engine whose writers may be held; undefined for any other. */
export function gateOf(
  context: AttemptContext,
  own: NodeEngine,
): { readonly policy: HoldPolicy; readonly onHeld: (write: TracedWrite) => void } | undefined {
  const { hold } = own;
  if (hold === undefined || hold.isOver) return undefined;
  return {
    policy: hold.policy,
    onHeld(write) {
      hold.sinceMs = context.recorder.now();
      hold.onHeld(write).catch((thrown: unknown) => {
        hold.error ??= thrown;
        releaseWriters(context, own);
      });
    },
  };
}

/** Whether anybody is held on any node. */
export function isAnyoneHeld(context: AttemptContext): boolean {
  return [...context.engines.values()].some(({ hold }) => hold?.sinceMs !== undefined);
}

/** What engines have lost of their time by being held, in ms. */
export function heldMs(context: AttemptContext): number {
  return Math.max(0, ...[...context.engines.values()].map(({ hold }) => hold?.totalMs ?? 0));
}

/** @throws {unknown} what went wrong while somebody was held */
export function throwHoldError(context: AttemptContext): void {
  for (const { hold } of context.engines.values()) if (hold?.error !== undefined) throw hold.error;
}

/** For an indexed attempt: after each write everybody waits until the node was looked at. */
export async function indexWrites(context: AttemptContext): Promise<void> {
  const record = async (own: NodeEngine, index: number): Promise<void> => {
    const since = own.hold?.sinceMs ?? context.recorder.now();
    const seen = await lookAt(context, own.node);
    const at = { node: own.node.ref.name, step: context.stage.step };
    context.recorder.keep(seen.digest, seen.items);
    context.recorder.add({
      kind: "kernel-state",
      ...at,
      index,
      digest: seen.digest,
      state: seen.state.digest,
      parts: seen.state.parts,
      heldMs: Math.round(context.recorder.now() - since),
    });
  };
  for (const own of context.engines.values()) {
    await record(own, 0);
    holdWriters(own, "every", async () => {
      await record(own, own.kernelWrites);
      releaseWriters(context, own);
    });
  }
}
