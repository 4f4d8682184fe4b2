import type { EngineProfile } from "../model/engine.ts";
import { type EventOf, placedOf, type Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { engineItems } from "./engine-items.ts";
import { itemFinding } from "./item-finding.ts";
import { namesIdentity } from "./item-names.ts";
import { addressesNamedBefore, ledgerOf, retiredAt } from "./ledger.ts";
import { subtractItems } from "./multiset.ts";
import type { Oracle } from "./oracle.ts";
import { isKept } from "./residue.ts";
import { beginOf, snapshotsOf, stepAt, type SnapshotView } from "./timeline.ts";

/** One SIGTERM to the engine of a node, with all that came after it until the engine was started again. */
interface Termination {
  readonly node: string;
  readonly event: EventOf<"engine">;
  readonly step: string;
  readonly timedOut: boolean;
  readonly before: SnapshotView | undefined;
  readonly after: SnapshotView | undefined;
}

function terminationsOf(recording: Recording): readonly Termination[] {
  return recording.events.flatMap((event, index) => {
    if (event.kind !== "engine" || event.state !== "terminating") return [];
    const { node } = event;
    // How an earlier version ends is nothing that the one under test can answer for.
    const life = recording.events
      .slice(0, index)
      .findLast((before) => before.kind === "engine" && before.node === node && before.state === "spawned");
    if (life?.kind === "engine" && life.earlierVersion !== undefined) return [];
    const respawn = recording.events.findIndex(
      (later, position) =>
        position > index && later.kind === "engine" && later.node === node && later.state === "spawned",
    );
    const endIndex = respawn < 0 ? recording.events.length : respawn;
    const own = recording.events.slice(index, endIndex);
    const views = snapshotsOf(recording, node);
    return [
      {
        node,
        event,
        step: stepAt(recording, index),
        timedOut: own.some(
          (later) => later.kind === "engine" && later.node === node && later.state === "exit-timeout",
        ),
        before: views.findLast((view) => view.index < index),
        after: views.find((view) => view.index > index && view.index < endIndex && view.moment === "exited"),
      },
    ];
  });
}

function findingOf(recording: Recording, view: SnapshotView, item: StateItem, why: string): Finding {
  return itemFinding(recording, view, { oracle: "exit-policy", item, why });
}

function judgeState(
  recording: Recording,
  profile: EngineProfile,
  termination: Termination,
): readonly Finding[] {
  const { before, after } = termination;
  if (after === undefined) return [];
  const left = engineItems(recording, after);
  if (profile.exit.policy === "cleans") {
    const keeps = profile.keeps.filter(({ endsWithEngine }) => endsWithEngine !== true);
    return left
      .filter((item) => !isKept([...profile.exit.except, ...keeps], item))
      .map((item) =>
        findingOf(recording, after, item, "is left after SIGTERM by an engine that declares to clean"),
      );
  }
  const had = before === undefined ? [] : engineItems(recording, before);
  const ledger = ledgerOf(recording);
  const retired = retiredAt(ledger, after.index);
  const known = addressesNamedBefore(ledger, after.index);
  // Rules of objects that went away in between had to go.
  return subtractItems(had, left)
    .filter((item) => !retired.some(({ identity }) => namesIdentity(item, identity, known)))
    .map((item) =>
      findingOf(recording, after, item, "is gone after SIGTERM by an engine that declares to keep"),
    );
}

function judgeExit(recording: Recording, termination: Termination): readonly Finding[] {
  if (!termination.timedOut) return [];
  const limitMs = recording.plan.limits.exitMs;
  const why = `the engine does not exit within ${limitMs} ms after SIGTERM`;
  return [{ oracle: "exit-policy", level: "core", node: termination.node, why, step: termination.step }];
}

/** The vendor's clean-up that fails, or does not end. */
function judgeCleanUps(recording: Recording): readonly Finding[] {
  return placedOf(recording, "engine").flatMap(({ event, index }): readonly Finding[] => {
    if (event.state !== "uninstalled" || event.exitCode === 0) return [];
    const how = event.exitCode === undefined ? "does not end" : `ends with code ${event.exitCode}`;
    const why = `the engine's own clean-up ${how}; the end of its log:\n${event.logTail ?? ""}`;
    return [{ oracle: "exit-policy", level: "core", node: event.node, why, step: stepAt(recording, index) }];
  });
}

/** Both policies are legitimate; what is judged is whether the engine does what it declares, and in time. */
export const exitPolicy: Oracle = {
  name: "exit-policy",
  demands: "After SIGTERM the engine exits in time, and cleans or keeps its rules as it declares.",
  judge(recording) {
    const profile = beginOf(recording)?.engineProfile;
    return [
      ...terminationsOf(recording).flatMap((termination) => [
        ...judgeExit(recording, termination),
        ...(profile === undefined ? [] : judgeState(recording, profile, termination)),
      ]),
      ...judgeCleanUps(recording),
    ];
  },
};
