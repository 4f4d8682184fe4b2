import { outsidePort } from "../cluster/cluster.ts";
import type { TrafficCheck } from "../model/scenario.ts";
import { type AttemptContext, nodeOf } from "./attempt-context.ts";

/** A datagram crosses two bridges in well under this, in ms. */
const datagramTimeoutMs = 1_000;
/** Where nobody is to answer, in ms. */
const unansweredTimeoutMs = 1_000;
/**
 * Where somebody is, in ms: guests that are emulated and machines that are busy are late by seconds, which probes tell
 * and a connection does not. It stays one connection: another one may be given to another backend, and the dead
 * one of two would go unseen.
 */
const answeredTimeoutMs = 4_000;
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

function connectTimeoutMs(backends: readonly string[]): number {
  return backends.length === 0 ? unansweredTimeoutMs : answeredTimeoutMs;
}

async function send(context: AttemptContext, check: TrafficCheck): Promise<string | undefined> {
  switch (check.kind) {
    case "egress":
      return tryEgress(context, check);
    case "policy": {
      const timeoutMs = check.isAllowed ? answeredTimeoutMs : unansweredTimeoutMs;
      return nodeOf(context, check.node).connectFromPod(check.from, check.pod, check.port, timeoutMs);
    }
    case "service":
      return nodeOf(context, check.node).connect(check.address, check.port, connectTimeoutMs(check.backends));
    case "inbound":
      return context.cluster.connectFromOutside(check.address, check.port, connectTimeoutMs(check.backends));
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
