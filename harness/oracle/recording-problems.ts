import { eventsOf, type Recording } from "../model/recording.ts";
import { canaryStep, engineStateAt, nodeNames, snapshotsOf } from "./timeline.ts";

function missingItems(recording: Recording): readonly string[] {
  return eventsOf(recording, "snapshot")
    .filter(({ digest }) => recording.snapshots[digest] === undefined)
    .map(
      ({ node, step, digest }) => `the snapshot ${digest} of ${node} in step ${step} is not in the recording`,
    );
}

function missingMoments(recording: Recording): readonly string[] {
  return nodeNames(recording).flatMap((node) => {
    const moments = new Set(snapshotsOf(recording, node).map((view) => view.moment));
    return (["baseline", "emptied"] as const)
      .filter((moment) => !moments.has(moment))
      .map((moment) => `${node} was not looked at at the moment "${moment}"`);
  });
}

function missingViews(recording: Recording): readonly string[] {
  return eventsOf(recording, "expectation")
    .filter((event) => event.matchers.length > 0)
    .filter((event) => !snapshotsOf(recording, event.node).some((view) => view.step === event.step))
    .map((event) => `an expectation of step ${event.step} on ${event.node} has no snapshot to be judged by`);
}

function canaryProblems(recording: Recording): readonly string[] {
  const canary = recording.events.findIndex((event) => "step" in event && event.step === canaryStep);
  if (canary < 0) return ["no canary object was tried after the steps"];
  const states = nodeNames(recording).map((node) => engineStateAt(recording, node, canary));
  const isTried = states.includes("running") || states.includes("died");
  return isTried ? [] : ["no engine was up when the canary object was tried"];
}

/** State that changed while the trace saw no write: whatever else it did not see is not known. */
function unexplainedChanges(recording: Recording): readonly string[] {
  return eventsOf(recording, "unexplained-change").map(({ node, step, added, removed }) => {
    const items = [...added.map((text) => `+ ${text}`), ...removed.map((text) => `- ${text}`)];
    return `the state of ${node} changed in step ${step} by no write that was traced: ${items.join(", ")}`;
  });
}

/**
 * What a recording lacks that oracles need: without it they would be silent and prove nothing. Each a
 * sentence; empty for a whole recording. One that was cut short is said to be so, and nothing else.
 */
export function recordingProblems(recording: Recording): readonly string[] {
  if (recording.events.at(-1)?.kind !== "end") return ["the recording was cut short: it has no end"];
  return [
    ...(recording.events[0]?.kind === "begin" ? [] : ["the recording does not begin with the event `begin`"]),
    ...missingItems(recording),
    ...missingMoments(recording),
    ...missingViews(recording),
    ...canaryProblems(recording),
    ...unexplainedChanges(recording),
  ];
}
