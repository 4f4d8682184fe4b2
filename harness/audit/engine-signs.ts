import type { ItemMatcher } from "../model/matcher.ts";
import type { StateItem } from "../model/state.ts";
import type { AuditKind, UpstreamIssue } from "./finding.ts";
import type { LiveObjects } from "./live-objects.ts";

/** What is wrong with one item. */
export interface Doubt {
  readonly kind: "orphan" | "stale-value" | "missing";
  /** A clause that goes on from the item: `names 10.244.0.5, which no object names`. */
  readonly why: string;
  /** `Service ns/name`, where the item says it. */
  readonly owner?: string;
}

/** What else an engine's judgement may look at. */
export interface NodeView {
  /** Name of the Node object; undefined where it is not known which one this is. */
  readonly node: string | undefined;
  readonly items: readonly StateItem[];
  readonly live: LiveObjects;
}

/** Something that an object needs on this node: one of the matchers must have an item. */
export interface Expected {
  /** As a noun phrase: `dispatch of 10.96.0.5:80/tcp`. */
  readonly title: string;
  readonly object: string;
  readonly anyOf: readonly ItemMatcher[];
}

/** How a problem that is known upstream shows itself. */
interface IssueSign {
  readonly kinds: readonly AuditKind[];
  readonly matcher: ItemMatcher;
  /** Id in the engine's known-issues.yaml, or the issue itself where there is no such file. */
  readonly issue: string | UpstreamIssue;
}

/**
 * How an engine's work is recognised and read on a node that nobody of us prepared: all pure, by the
 * items alone, whatever the release. One a engine, in `engines/<name>/audit.ts`.
 */
export interface EngineSigns {
  readonly name: string;
  /** Regular expressions: images of its containers, and names of its processes (as in /proc/PID/comm, 15 characters). */
  readonly image: RegExp;
  readonly process: RegExp;
  /** Annotations of Services that the engine itself writes: what they name is not alive for that. */
  readonly ownAnnotations: readonly string[];
  /** Kinds of objects without which its items cannot be judged, beside Service, EndpointSlice, Node and Pod. */
  readonly needs: readonly string[];
  /** Which of a node's items are its own. */
  detect(items: readonly StateItem[]): (item: StateItem) => boolean;
  /** What is wrong with each item of its own; called once a look. */
  judge(view: NodeView): (item: StateItem) => Doubt | undefined;
  /** Chains and sets that may stand without anything leading to them. */
  readonly mayBeUnreferenced: readonly ItemMatcher[];
  /** Two rules that differ in their comment alone are meant to: one a namespace, for example. */
  readonly commentsDistinguish: boolean;
  /** What must be on this node for the objects that are stable. Empty where the engine's settings would have to be known. */
  expects(view: NodeView): readonly Expected[];
  readonly issues: readonly IssueSign[];
  /** What it calls its own tool for taking everything away: `kube-proxy --cleanup`. */
  readonly cleanUp?: string;
}
