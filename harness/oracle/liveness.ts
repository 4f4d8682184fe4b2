import { eventsOf, type EventOf, placedOf, type Recording } from "../model/recording.ts";
import type { Finding } from "../model/verdict.ts";
import { engineItems } from "./engine-items.ts";
import { isFaultInForce } from "./fault-spans.ts";
import { isFullyPresent, judgedExpectations, matchedItems, type JudgedExpectation } from "./intent.ts";
import { namesIdentity } from "./item-names.ts";
import { addressesNamedBefore, ledgerOf, type Ledger } from "./ledger.ts";
import type { Oracle } from "./oracle.ts";
import { canaryStep, nodeNames, snapshotsOf, stepAt } from "./timeline.ts";
import { isTrafficRight } from "./traffic.ts";

type EngineEvent = EventOf<"engine">;

/** One life of the engine on a node: from its start to its end or its next start. */
interface Life {
  readonly node: string;
  readonly isReady: boolean;
  /** Its end, where it came unasked. */
  readonly died: EngineEvent | undefined;
  readonly isStopped: boolean;
  readonly step: string;
}

function livesOn(recording: Recording, node: string): readonly Life[] {
  const events = placedOf(recording, "engine").filter(({ event }) => event.node === node);
  const starts = events.filter(({ event: { state } }) => state === "spawned" || state === "found");
  return starts.map(({ event: start, index }, position) => {
    const endIndex = starts[position + 1]?.index ?? recording.events.length;
    const own = events
      .filter((entry) => entry.index > index && entry.index < endIndex)
      .map(({ event }) => event);
    const stop = own.findIndex((event) => event.state === "terminating" || event.state === "killed");
    const exit = own.findIndex((event) => event.state === "exited");
    const died = exit >= 0 && (stop < 0 || exit < stop) ? own[exit] : undefined;
    const at = died === undefined ? index : recording.events.indexOf(died);
    return {
      node,
      isReady: start.state === "found" || own.some((event) => event.state === "ready"),
      died,
      isStopped: stop >= 0,
      step: stepAt(recording, at),
    };
  });
}

function allLives(recording: Recording): readonly Life[] {
  const nodes = new Set([
    ...nodeNames(recording),
    ...eventsOf(recording, "engine").map((event) => event.node),
  ]);
  return [...nodes].flatMap((node) => livesOn(recording, node));
}

function describeEnd({ exitCode, signal, logTail }: EngineEvent): string {
  const how = signal === undefined ? `with code ${exitCode ?? "unknown"}` : `by ${signal}`;
  return logTail === undefined || logTail === "" ? how : `${how}; the end of its log:\n${logTail}`;
}

function judgeLife(life: Life): readonly Finding[] {
  if (life.died === undefined) return [];
  const when = life.isReady ? "" : " before it was ready";
  const why = `the engine exits by itself${when} ${describeEnd(life.died)}`;
  return [{ oracle: "liveness", level: "core", node: life.node, why, step: life.step }];
}

/** Whether an engine item in a snapshot of `step` names an address of ours: for engines whose intents map to no item. */
function namesOurs(recording: Recording, ledger: Ledger, isOurs: (step: string) => boolean): boolean {
  const identities = ledger.flatMap(({ identity, step }) =>
    isOurs(step) && identity.kind === "address" ? [identity] : [],
  );
  return snapshotsOf(recording).some((view) => {
    if (!isOurs(view.step) || view.moment === "baseline" || view.moment === "planted") return false;
    const known = addressesNamedBefore(ledger, view.index);
    return engineItems(recording, view).some((item) =>
      identities.some((identity) => known.has(identity.address) && namesIdentity(item, identity, known)),
    );
  });
}

/** Whether only a rule can have done that to a packet that went as it should. */
function isLed({ check, seen }: EventOf<"traffic">): boolean {
  switch (check.kind) {
    case "egress":
      return seen !== check.pod;
    case "policy":
      // A policy that is not there lets everything through.
      return !check.isAllowed;
    case "reach":
      return false;
    case "service":
    case "inbound":
      return check.backends.length > 0;
  }
}

/** What shows that something was programmed in the steps that `isOurs` picks: an item, or a packet that it led. */
function hasProgrammed(recording: Recording, isOurs: (step: string) => boolean): boolean {
  const present = judgedExpectations(recording).filter(
    ({ event }) => isOurs(event.step) && event.expectation.present && !event.byOther,
  );
  if (present.some(isFullyPresent)) return true;
  const packets = eventsOf(recording, "traffic").filter(({ step }) => isOurs(step));
  const isShown = packets.some((event) => isTrafficRight(event) && isLed(event));
  return isShown || (present.length === 0 && namesOurs(recording, ledgerOf(recording), isOurs));
}

function isCanaryLeft(judged: JudgedExpectation): boolean {
  return (
    judged.event.step === canaryStep && !judged.event.expectation.present && matchedItems(judged).length > 0
  );
}

function finding(step: string, why: string): Finding {
  return { oracle: "liveness", level: "core", why, step };
}

const isOwnStep = (step: string): boolean => !step.startsWith("<");
const isCanaryStep = (step: string): boolean => step === canaryStep;

/** The last step in which something should have been programmed by now; undefined where it is too early to say. */
function lastDueStep(recording: Recording): string | undefined {
  const due = judgedExpectations(recording).filter(
    ({ event }) => event.expectation.present && isOwnStep(event.step),
  );
  if (due.length > 0) return due.at(-1)?.event.step;
  const ended = placedOf(recording, "step").filter(
    ({ event: { step, state } }) => state === "end" && isOwnStep(step),
  );
  // What a step that was broken to its end should have shown, nobody waited for: there the canary is the proof.
  if (ended.some(({ index }) => isFaultInForce(recording, index))) return undefined;
  const isWhole = recording.events.some((event) => event.kind === "end");
  return isWhole ? ended.at(-1)?.event.step : undefined;
}

function judgeProgramming(recording: Recording): readonly Finding[] {
  const findings: Finding[] = [];
  const due = lastDueStep(recording);
  if (due !== undefined && !hasProgrammed(recording, isOwnStep)) {
    findings.push(finding(due, "the engine ran and never programmed what the scenario is about"));
  }
  const isCanaryTried = eventsOf(recording, "snapshot").some(({ moment }) => moment === "canary-programmed");
  if (isCanaryTried && !hasProgrammed(recording, isCanaryStep)) {
    findings.push(
      finding(canaryStep, "the engine does not program a new object after all steps: it is deaf"),
    );
  }
  if (judgedExpectations(recording).some(isCanaryLeft)) {
    findings.push(
      finding(canaryStep, "the engine does not remove a deleted object after all steps: it is deaf"),
    );
  }
  return findings;
}

/**
 * Why this recording cannot tell whether the engine lived: it was never started, or never called the
 * API. Each a sentence; empty where it can tell.
 */
export function livenessProblems(recording: Recording): readonly string[] {
  const lives = allLives(recording);
  if (lives.length === 0) return ["the engine was never started"];
  const silent = lives.filter((life) => !life.isReady && life.died === undefined && !life.isStopped);
  return silent.map(({ node }) => `the engine on ${node} was started and never called the API`);
}

/** A dead or deaf engine leaks nothing and passes everything else. */
export const liveness: Oracle = {
  name: "liveness",
  demands:
    "The engine stays up, programs what the scenario is about, and still programs and removes a new object at the end.",
  judge(recording) {
    const lives = allLives(recording);
    const ends = lives.flatMap(judgeLife);
    // An engine that never called the API was perhaps never reached by it: that is the harness's error.
    return lives.some((life) => life.isReady) ? [...ends, ...judgeProgramming(recording)] : ends;
  },
};
