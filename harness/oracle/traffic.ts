import { type EventOf, placedOf } from "../model/recording.ts";
import type { Finding } from "../model/verdict.ts";
import { isFaultInForce } from "./fault-spans.ts";
import type { Oracle } from "./oracle.ts";
import { hasEngineLived } from "./timeline.ts";

type Traffic = EventOf<"traffic">;

function outcomeOf(event: Traffic): string {
  return event.error === undefined ? "nothing" : `nothing (${event.error})`;
}

function policyComplaint(
  { from, pod, port, isAllowed }: Extract<Traffic["check"], { kind: "policy" }>,
  event: Traffic,
): { readonly why: string; readonly packet: string } | undefined {
  const connection = `a connection from ${from} to ${pod} port ${port}`;
  if (isAllowed && event.seen !== pod)
    return {
      why: `${connection} is allowed and must be answered; answered: ${event.seen ?? outcomeOf(event)}`,
      packet: `${connection} is not answered`,
    };
  if (!isAllowed && event.seen !== undefined)
    return {
      why: `${connection} is not allowed and is answered by ${event.seen}`,
      packet: `${connection} goes through`,
    };
  return undefined;
}

function reachComplaint(
  { address }: Extract<Traffic["check"], { kind: "reach" }>,
  event: Traffic,
): { readonly why: string; readonly packet: string } | undefined {
  if (event.seen !== undefined) return undefined;
  return {
    why: `${address} must be found by a neighbour; found: ${outcomeOf(event)}`,
    packet: `a neighbour's question for ${address}, or its echo request, is not answered`,
  };
}

/** What is wrong with a packet, or undefined where it went as it should. */
function complaintOf(event: Traffic): { readonly why: string; readonly packet: string } | undefined {
  const { check, seen } = event;
  if (check.kind === "egress") {
    if (seen === check.expectSource) return undefined;
    const arrived = seen ?? outcomeOf(event);
    return {
      why: `egress of ${check.pod} must leave as ${check.expectSource}; seen outside: ${arrived}`,
      packet:
        seen === undefined
          ? `a packet from ${check.pod} to anywhere outside does not arrive`
          : `a packet from ${check.pod} to anywhere outside leaves as ${seen}`,
    };
  }
  if (check.kind === "policy") return policyComplaint(check, event);
  if (check.kind === "reach") return reachComplaint(check, event);
  const target = `${check.address} port ${check.port}`;
  if (check.backends.length === 0) {
    if (seen === undefined) return undefined;
    return {
      why: `${target} must be answered by nobody and is answered by ${seen}`,
      packet: `a connection to ${target} reaches ${seen}`,
    };
  }
  if (seen !== undefined && check.backends.includes(seen)) return undefined;
  return {
    why: `${target} must be answered by ${check.backends.join(" or ")}; answered: ${seen ?? outcomeOf(event)}`,
    packet:
      seen === undefined
        ? `a connection to ${target} is not answered`
        : `a connection to ${target} reaches ${seen}`,
  };
}

/** Whether the packet went as the scenario demands. */
export function isTrafficRight(event: Traffic): boolean {
  return complaintOf(event) === undefined;
}

/** A packet shows what rules do, whatever their text says. */
export const traffic: Oracle = {
  name: "traffic",
  demands: "Packets leave with the source, and reach the pods, that the scenario demands.",
  judge(recording) {
    if (!hasEngineLived(recording)) return [];
    return placedOf(recording, "traffic").flatMap(({ event, index }): readonly Finding[] => {
      // What a fault that is still in force does to a packet is not the engine's doing yet.
      if (isFaultInForce(recording, index)) return [];
      const complaint = complaintOf(event);
      if (complaint === undefined) return [];
      return [{ oracle: "traffic", level: "core", node: event.check.node, ...complaint, step: event.step }];
    });
  },
};
