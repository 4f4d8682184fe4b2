import type { Moment, Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import type { ClusterNode } from "../node/node.ts";
import { type ComparableState, comparableState } from "../oracle/comparable.ts";
import { engineItems, foreignItems } from "../oracle/engine-items.ts";
import type { SnapshotView } from "../oracle/timeline.ts";
import { snapshotDigest } from "../state/diff.ts";
import type { AttemptContext, NodeEngine } from "./attempt-context.ts";

/** What every node holds, by name. */
export type Views = ReadonlyMap<string, readonly StateItem[]>;

/** Looks at every node; nothing is recorded. */
export async function look(context: AttemptContext): Promise<Views> {
  const views = await Promise.all(
    context.nodes.map(async (node) => [node.ref.name, await node.snapshot()] as const),
  );
  return new Map(views);
}

/** Records a snapshot of every node as it is now. */
export async function lookNow(context: AttemptContext, step: string, moment: Moment): Promise<Views> {
  const views = await look(context);
  for (const [node, items] of views) context.recorder.snapshot({ node, step, moment }, items);
  return views;
}

/** What the last recorded snapshot of every node shows. */
export function lastSeen({ nodes, recorder }: AttemptContext): Views {
  const { events, snapshots } = recorder.recording();
  return new Map(
    nodes.map(({ ref }) => {
      const last = events.findLast((event) => event.kind === "snapshot" && event.node === ref.name);
      return [ref.name, (last?.kind === "snapshot" ? snapshots[last.digest] : undefined) ?? []] as const;
    }),
  );
}

function viewNow(
  { recorder, stage }: AttemptContext,
  node: string,
  items: readonly StateItem[],
): { readonly recording: Recording; readonly view: SnapshotView } {
  const recording = recorder.recording();
  const at = { index: recording.events.length, atMs: recorder.now() };
  return { recording, view: { ...at, node, step: stage.step, moment: "step", items } };
}

/** What was on a node before its engine, and decoys since. */
export function foreignOn(context: AttemptContext, { node }: NodeEngine): readonly StateItem[] {
  const { recording, view } = viewNow(context, node.ref.name, []);
  return foreignItems(recording, view);
}

/** One node as oracles would see it now. */
export interface NodeLook {
  readonly items: readonly StateItem[];
  /** Key of the snapshot. */
  readonly digest: string;
  readonly state: ComparableState;
  /** Without what was there before the engine, and without decoys. */
  readonly engineItems: readonly StateItem[];
}

/** Looks at one node; nothing is recorded. */
export async function lookAt(context: AttemptContext, node: ClusterNode): Promise<NodeLook> {
  const items = await node.snapshot();
  const { recording, view } = viewNow(context, node.ref.name, items);
  return {
    items,
    digest: snapshotDigest(items),
    state: comparableState(recording, view),
    engineItems: engineItems(recording, view),
  };
}
