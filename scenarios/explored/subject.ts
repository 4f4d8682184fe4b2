import type { FeatureObject } from "../../harness/model/objects.ts";
import type { Intent, NodeRef, Settings, TrafficCheck, World } from "../../harness/model/scenario.ts";

/** One object of a schedule as the API has it, and what must be programmed for it. */
export interface Subject {
  readonly object: FeatureObject;
  readonly wanted: readonly Intent[];
  readonly traffic: readonly TrafficCheck[];
  /** What packets do once the object, in this form, is gone. */
  readonly trafficWithout: readonly TrafficCheck[];
}

/** How objects of one feature come to be and change. Every value is drawn from the world. */
export interface SubjectKind {
  readonly settings: Settings;
  create(world: World, node: NodeRef, name: string): Subject;
  move(world: World, node: NodeRef, before: Subject): Subject;
  scale(world: World, node: NodeRef, before: Subject, pods: number): Subject;
  /** The same object where the kind has no ports. */
  changePorts(before: Subject, node: NodeRef): Subject;
  /** Whether `past`, which is not wanted any more, shares an item with what `live` needs. */
  shares(past: Intent, live: Subject): boolean;
}
