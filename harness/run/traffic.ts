import { outsidePort } from "../cluster/cluster.ts";
import type { TrafficCheck } from "../model/scenario.ts";
import { type AttemptContext, nodeOf } from "./attempt-context.ts";

/** A datagram crosses two bridges in well under this, in ms. */
const datagramTimeoutMs = 1_000;
const connectTimeoutMs = 1_000;
/** Neighbour discovery asks three times, a second apart, before it gives up. */
const reachTimeoutMs = 4_000;
/** A lost datagram is sent again; what rules do is the same each time. */
const tries = 3;

async function tryEgress(
  context: AttemptContext,
  check: Extract<TrafficCheck, { kind: "egress" }>,
): Promise<string | undefined> {
  const { cluster, world } = context;
  const node = nodeOf(context, check.node);
  const outside = check.pod.includes(":") ? cluster.network.outside6 : cluster.network.outside4;
  for (let count = 0; count < tries; count++) {
    const payload = world.name("packet");
    await node.sendFromPod(check.pod, outside, outsidePort, payload);
    const source = await cluster.sourceSeenOutside(payload, datagramTimeoutMs);
    if (source !== null) return source;
  }
  return undefined;
}

async function send(context: AttemptContext, check: TrafficCheck): Promise<string | undefined> {
  switch (check.kind) {
    case "egress":
      return tryEgress(context, check);
    case "policy":
      return nodeOf(context, check.node).connectFromPod(check.from, check.pod, check.port, connectTimeoutMs);
    case "service":
      return nodeOf(context, check.node).connect(check.address, check.port, connectTimeoutMs);
    case "inbound":
      return context.cluster.connectFromOutside(check.address, check.port, connectTimeoutMs);
    case "reach":
      return context.cluster.reachFromOutside(check.address, reachTimeoutMs);
  }
}

async function trySend(
  context: AttemptContext,
  check: TrafficCheck,
): Promise<{ readonly seen?: string; readonly error?: string }> {
  try {
    const seen = await send(context, check);
    return seen === undefined ? {} : { seen };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Sends the packets of a step and records what came of each. */
export async function checkTraffic(
  context: AttemptContext,
  step: string,
  checks: readonly TrafficCheck[],
): Promise<void> {
  for (const check of checks) {
    context.recorder.add({ kind: "traffic", step, check, ...(await trySend(context, check)) });
  }
}
