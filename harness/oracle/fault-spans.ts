import type { FaultAction } from "../model/fault.ts";
import { type EventOf, placedOf, type Recording } from "../model/recording.ts";

type FaultEvent = EventOf<"fault">;

/** From `armed` to `healed`, or to `missed` where it did not come to it. */
function isOver(event: FaultEvent): boolean {
  return event.state === "healed" || event.state === "missed";
}

/** Whether a fault of the plan was in force at the event at `index`: what is seen then is the fault's doing, not yet the engine's. */
export function isFaultInForce(recording: Recording, index: number): boolean {
  const open = new Set<string>();
  for (const { event, index: at } of placedOf(recording, "fault")) {
    if (at >= index) break;
    const key = `${event.fault} ${event.node}`;
    if (isOver(event)) open.delete(key);
    else open.add(key);
  }
  return open.size > 0;
}

/** A stretch of the attempt, in ms since it began. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The stretches in which faults of these kinds were in force; one that was never healed lasts to the end. */
export function spansOfFaults(
  recording: Recording,
  kinds: ReadonlySet<FaultAction["kind"]>,
): readonly Span[] {
  const open = new Map<string, number>();
  const spans: Span[] = [];
  for (const { event } of placedOf(recording, "fault")) {
    const kind = recording.plan.faults?.[event.fault]?.action.kind;
    if (kind === undefined || !kinds.has(kind)) continue;
    const key = `${event.fault} ${event.node}`;
    const fromMs = open.get(key) ?? event.atMs;
    if (isOver(event)) {
      spans.push({ fromMs, toMs: event.atMs });
      open.delete(key);
    } else open.set(key, fromMs);
  }
  return [...spans, ...[...open.values()].map((fromMs) => ({ fromMs, toMs: Number.POSITIVE_INFINITY }))];
}
