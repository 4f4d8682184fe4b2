import { isMatch, type ItemMatcher } from "../model/matcher.ts";
import { type EventOf, placedOf, type Recording } from "../model/recording.ts";
import type { Expectation, Intent } from "../model/scenario.ts";
import type { StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { decoysBefore, firstSeen } from "./engine-items.ts";
import { subtractItems } from "./multiset.ts";
import type { Oracle } from "./oracle.ts";
import { describePacket } from "./packet.ts";
import { hasEngineLived, snapshotsOf, type SnapshotView } from "./timeline.ts";

/** An expectation with the snapshot that it is judged by. */
export interface JudgedExpectation {
  readonly event: EventOf<"expectation">;
  readonly view: SnapshotView;
  /** The snapshot without decoys: somebody else's rule fulfils nothing. */
  readonly items: readonly StateItem[];
}

/** The snapshot of the expectation's step and node: the first after it, else the last before it. */
function viewFor(
  recording: Recording,
  event: EventOf<"expectation">,
  index: number,
): SnapshotView | undefined {
  const views = snapshotsOf(recording, event.node).filter((view) => view.step === event.step);
  return views.find((view) => view.index > index) ?? views.at(-1);
}

/** A recording never changes, and liveness asks for the same as intent. */
const judged = new WeakMap<Recording, readonly JudgedExpectation[]>();

function judgedIn(recording: Recording): readonly JudgedExpectation[] {
  const items = new Map<SnapshotView, readonly StateItem[]>();
  return placedOf(recording, "expectation").flatMap(({ event, index }) => {
    if (event.matchers.length === 0) return [];
    const view = viewFor(recording, event, index);
    if (view === undefined) return [];
    const held = items.get(view) ?? subtractItems(view.items, decoysBefore(recording, view.node, view.index));
    items.set(view, held);
    return [{ event, view, items: held }];
  });
}

/** Every expectation that stands for items, with its snapshot; those without one are in `recordingProblems`. */
export function judgedExpectations(recording: Recording): readonly JudgedExpectation[] {
  const known = judged.get(recording) ?? judgedIn(recording);
  judged.set(recording, known);
  return known;
}

/** Whether every matcher has an item. */
export function isFullyPresent({ event, items }: JudgedExpectation): boolean {
  return event.matchers.every((matcher) => items.some((item) => isMatch(matcher, item)));
}

/** The items that matchers of the expectation describe, each with its matcher. */
export function matchedItems(
  judged: JudgedExpectation,
): readonly { matcher: ItemMatcher; item: StateItem }[] {
  return judged.event.matchers.flatMap((matcher) =>
    judged.items.filter((item) => isMatch(matcher, item)).map((item) => ({ matcher, item })),
  );
}

/** An intent as a clause: `egress of 10.244.0.5 leaves as 172.30.9.1`. */
function describeIntent(intent: Intent): string {
  switch (intent.kind) {
    case "egress":
      return `egress of ${intent.pod} leaves as ${intent.vip}`;
    case "egress-port":
      return `what ${intent.pod} sends to port ${intent.port}/${intent.protocol.toLowerCase()} leaves as ${intent.vip}`;
    case "egress-exempt":
      return `traffic to ${intent.cidr} keeps the pod's own address`;
    case "route":
      return `a route to ${intent.vip}${intent.table === undefined ? "" : ` in table ${intent.table}`}`;
    case "address":
      return `the node holds ${intent.vip}`;
    case "service-port":
      return `${intent.clusterIp}:${intent.port}/${intent.protocol.toLowerCase()} leads to ${intent.backends.join(", ") || "nothing"}`;
    case "node-port":
      return `node port ${intent.nodePort}/${intent.protocol.toLowerCase()}`;
    case "service-address":
      return `Services come in at ${intent.address}`;
    case "own-address":
      return `${intent.address} is the node's own`;
    case "api-servers":
      return `${intent.vip}:${intent.port}/tcp leads to the API servers at ${intent.servers.join(", ")}`;
    case "input-exempt":
      return `packets to ${intent.cidr} pass what is in front of the node`;
    case "pod-guarded":
      return `packets of ${intent.pod} go through rules of its own`;
    case "policy-client":
      return `${intent.client} may connect`;
    case "elastic-ip":
      return `the gateway has ${intent.address}`;
    case "floating-ip":
      return `${intent.address} is ${intent.pod}, both ways`;
    case "source-nat":
      return `traffic of ${intent.cidr} leaves as ${intent.address}`;
    case "port-forward":
      return `${intent.address}:${intent.port}/tcp leads to ${intent.pod}:${intent.podPort}`;
    case "flows":
      return `connections between ${intent.address} and ${intent.pod}`;
  }
}

/** What goes wrong without the items of an intent. */
function packetWithout({ intent }: Expectation): string {
  switch (intent.kind) {
    case "egress":
      return `a packet from ${intent.pod} to anywhere outside does not leave as ${intent.vip}`;
    case "egress-port":
      return `a packet from ${intent.pod} to port ${intent.port}/${intent.protocol.toLowerCase()} outside does not leave as ${intent.vip}`;
    case "egress-exempt":
      return `a packet to ${intent.cidr} is rewritten like one that leaves the cluster`;
    case "route":
      return `a packet to ${intent.vip} finds no route`;
    case "address":
      return `a packet to ${intent.vip} is not taken by the node`;
    case "service-port":
      return `a packet to ${intent.clusterIp} port ${intent.port} reaches no pod`;
    case "node-port":
      return `a packet to port ${intent.nodePort} of the node reaches no pod`;
    case "service-address":
      return `a packet to a port of ${intent.address} that no Service has is not refused`;
    case "api-servers":
      return `a packet to ${intent.vip} port ${intent.port} reaches no API server, or not all of them`;
    case "own-address":
      return `a packet to ${intent.address} at a port that no Service has is refused as soon as a Service comes in at another`;
    case "input-exempt":
      return `a packet to ${intent.cidr} is judged by the policies of pods`;
    case "pod-guarded":
      return `a packet to ${intent.pod} is judged by no policy`;
    case "policy-client":
      return `a connection from ${intent.client} is refused`;
    case "elastic-ip":
      return `a packet to ${intent.address} is answered by nobody`;
    case "floating-ip":
      return `a packet to ${intent.address} does not reach ${intent.pod}, or one from there does not leave as ${intent.address}`;
    case "source-nat":
      return `a packet from ${intent.cidr} to anywhere outside does not leave as ${intent.address}`;
    case "port-forward":
      return `a packet to ${intent.address} port ${intent.port} does not reach ${intent.pod}`;
    case "flows":
      return `a packet of a connection between ${intent.address} and ${intent.pod} is one of a new connection`;
  }
}

function missing({ event, view, items }: JudgedExpectation): readonly Finding[] {
  const lacking = event.matchers.filter((matcher) => !items.some((item) => isMatch(matcher, item)));
  return lacking.map((matcher) => ({
    oracle: "intent",
    level: "core",
    node: event.node,
    why: `${matcher.title} is missing (${describeIntent(event.expectation.intent)})`,
    step: view.step,
    packet: packetWithout(event.expectation),
  }));
}

function unwanted(recording: Recording, judged: JudgedExpectation): readonly Finding[] {
  const { event, view } = judged;
  return matchedItems(judged).map(({ matcher, item }) => {
    const packet = describePacket(item);
    const seen = firstSeen(recording, event.node, item);
    return {
      oracle: "intent",
      level: "core",
      node: event.node,
      item,
      why: `${matcher.title} is there and must not be (${describeIntent(event.expectation.intent)})`,
      ...(seen === undefined ? {} : { firstSeen: seen }),
      step: view.step,
      ...(packet === undefined ? {} : { packet }),
    };
  });
}

/** Judged from the snapshots: what the runner saw while it waited is not evidence. */
export const intent: Oracle = {
  name: "intent",
  demands: "At the end of every step what the scenario wants is programmed, and what it rules out is not.",
  judge(recording) {
    if (!hasEngineLived(recording)) return [];
    return judgedExpectations(recording).flatMap((judged) =>
      judged.event.expectation.present ? missing(judged) : unwanted(recording, judged),
    );
  },
};
