import { isMatch } from "../../harness/model/matcher.ts";
import type { PlannedFault } from "../../harness/model/fault.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { EventOf, RecordedEvent, Recording } from "../../harness/model/recording.ts";
import { renderFault } from "../fault-text.ts";
import { checkOfItem } from "./checks.ts";
import { quoteLiteral, type TextPart } from "./shell-text.ts";
import { applyCommand, deleteCommand } from "./writes.ts";

export interface PlayOptions {
  readonly recording: Recording;
  /** Name of the node that the script is run on. */
  readonly node: string;
  /** The last step that is played. */
  readonly until: string;
  readonly split: (text: string) => readonly TextPart[];
}

type Event<K extends RecordedEvent["kind"]> = EventOf<K>;

/** The shortest gap that a drawn schedule put between operations, in ms: less than that is what a write itself takes. */
function leastGapMs({ plan }: Recording): number {
  const operations = plan.schedule?.steps.flatMap((step) => step.operations) ?? [];
  return Math.min(...operations.map(({ gapMs = Infinity }) => gapMs));
}

/** Turns what was recorded into lines of a script, event by event. */
class Player {
  readonly #options: PlayOptions;
  readonly #lines: string[] = [];
  #pending: KubeObject[] = [];
  #step = "";
  #lastWriteMs: number | undefined;
  /** What the script waited for and has not seen go: command -> title. */
  readonly #awaited = new Map<string, string>();
  #expected: Event<"expectation">[] = [];
  /** Strikes at a write that has not come yet. */
  #armed: PlannedFault | undefined;

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  play(): readonly string[] {
    const { events } = this.#options.recording;
    const end = events.findLastIndex(
      (event) => event.kind === "step" && event.step === this.#options.until && event.state === "end",
    );
    for (const [index, event] of events.slice(0, end < 0 ? events.length : end + 1).entries())
      this.#event(event, index);
    this.#flush();
    return this.#lines;
  }

  #event(event: RecordedEvent, index: number): void {
    if (event.kind === "write") return this.#write(event);
    if (event.kind === "step") return event.state === "begin" ? this.#begin(event.step) : this.#end(index);
    if (event.kind === "expectation" && event.node === this.#options.node) {
      this.#expected.push(event);
      return undefined;
    }
    if (event.kind === "engine") return this.#engine(event, index);
    if (event.kind === "fault") return this.#fault(event);
    return undefined;
  }

  #add(...lines: readonly string[]): void {
    this.#flush();
    this.#lines.push(...lines);
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const objects = this.#pending;
    this.#pending = [];
    this.#lines.push(applyCommand(objects, this.#options.split));
  }

  #write({ atMs, verb, target, object }: Event<"write">): void {
    const gapMs = this.#lastWriteMs === undefined ? 0 : atMs - this.#lastWriteMs;
    if (gapMs >= leastGapMs(this.#options.recording)) this.#add(`sleep ${(gapMs / 1_000).toFixed(2)}`);
    this.#lastWriteMs = atMs;
    if (verb === "delete" || object === undefined) this.#add(deleteCommand(target));
    else this.#pending.push(object);
  }

  #faultsOf(step: string, at: PlannedFault["trigger"]["at"]): readonly PlannedFault[] {
    return (this.#options.recording.plan.faults ?? []).filter(
      (fault) => fault.step === step && fault.trigger.at === at,
    );
  }

  #begin(step: string): void {
    this.#step = step;
    this.#lastWriteMs = undefined;
    this.#expected = [];
    this.#add("", `# --- ${step}`);
    for (const fault of this.#faultsOf(step, "step-begin")) this.#strike(fault);
  }

  /** What the step led to on this node; a step that did not settle expects nothing. */
  #end(index: number): void {
    const { recording, node, split } = this.#options;
    const snapshot = recording.events
      .slice(0, index)
      .findLast((event) => event.kind === "snapshot" && event.node === node && event.step === this.#step);
    const items = snapshot?.kind === "snapshot" ? (recording.snapshots[snapshot.digest] ?? []) : [];
    if (this.#expected.length === 0) return this.#flush();
    const there = items.flatMap((item) => {
      const check = checkOfItem(item, split);
      return check === undefined ? [] : [{ item, check }];
    });
    for (const { expectation, matchers } of this.#expected) {
      if (!expectation.present) continue;
      for (const { item, check } of there) {
        const matcher = matchers.find((each) => isMatch(each, item));
        if (matcher === undefined || this.#awaited.has(check)) continue;
        this.#awaited.set(check, matcher.title);
        this.#add(`until_there ${quoteLiteral(matcher.title)} ${quoteLiteral(check)}`);
      }
    }
    const checks = new Set(there.map(({ check }) => check));
    for (const [check, title] of this.#awaited) {
      if (checks.has(check)) continue;
      this.#awaited.delete(check);
      this.#add(`until_gone ${quoteLiteral(title)} ${quoteLiteral(check)}`);
    }
    return this.#flush();
  }

  #engine({ node, state, exitCode, signal }: Event<"engine">, index: number): void {
    if (node !== this.#options.node) {
      const what = { spawned: "start the engine", killed: "kill the engine", terminating: "end the engine" };
      const done = state in what ? what[state as keyof typeof what] : undefined;
      if (done !== undefined) this.#add(`by_hand ${quoteLiteral(`${done} on node ${node}`)}`);
      return;
    }
    if (state === "found") this.#add(`by_hand ${quoteLiteral(`see that the engine runs on node ${node}`)}`);
    if (state === "spawned") this.#add(this.#isStruckIn(index) ? "start_engine traced" : "start_engine");
    if (state === "terminating") {
      this.#awaitStrike("resume_engine");
      this.#add("terminate_engine");
    }
    if (state === "exited" && signal === undefined)
      this.#add(`# Here it ended by itself, or as it was told to: exit code ${exitCode ?? "unknown"}.`);
    if (state === "killed") this.#killed();
  }

  /** Whether a fault strikes at a write of the life of the engine that begins at this event. */
  #isStruckIn(index: number): boolean {
    const { recording, node } = this.#options;
    const rest = recording.events.slice(index + 1);
    const next = rest.findIndex(
      (event) => event.kind === "engine" && event.node === node && event.state === "spawned",
    );
    return rest
      .slice(0, next < 0 ? rest.length : next)
      .some(
        (event) =>
          event.kind === "fault" &&
          event.node === node &&
          event.state === "fired" &&
          recording.plan.faults?.[event.fault]?.trigger.at === "kernel-write",
      );
  }

  #killed(): void {
    const strike = this.#armed;
    this.#awaitStrike("resume_engine");
    if (strike?.action.kind === "kill") return undefined;
    const faults = (this.#options.recording.plan.faults ?? []).filter(({ step }) => step === this.#step);
    const isAlone = faults.some(({ action }) => action.kind === "kill" && action.scope === "engine");
    return this.#add(isAlone ? "kill_engine_alone" : "kill_engine");
  }

  /** Waits for what strikes at a write, where something does; then the engine is dead, or stopped until `resume`. */
  #awaitStrike(resume?: "resume_engine"): void {
    const planned = this.#armed;
    this.#armed = undefined;
    if (planned === undefined) return;
    this.#add(`await_strike ${quoteLiteral(renderFault(planned))}`);
    if (planned.action.kind === "kill") this.#add('wait "$ENGINE_JOB" 2>/dev/null');
    else if (resume !== undefined) this.#add(resume);
  }

  #fault({ fault: index, node, state }: Event<"fault">): void {
    const planned = this.#options.recording.plan.faults?.[index];
    if (planned === undefined || node !== this.#options.node) return;
    const { at } = planned.trigger;
    if (state === "armed" && at === "kernel-write") {
      this.#armed = planned;
      this.#add("arm");
    } else if (state === "fired" && at === "kernel-write") this.#struck(planned);
    else if (state === "fired" && at !== "step-begin") this.#strike(planned);
    else if (state === "healed") this.#heal(planned);
  }

  #struck(planned: PlannedFault): void {
    if (this.#armed === undefined) return;
    this.#awaitStrike();
    // These do no more than what the strike has done: the engine is dead, or it stands still.
    if (["kill", "hold", "pause"].includes(planned.action.kind)) return;
    this.#strike(planned);
    this.#add("resume_engine");
  }

  #heal(planned: PlannedFault): void {
    const { action } = planned;
    if (action.kind === "hurry") return;
    if (action.kind === "pause" || action.kind === "hold") this.#add("resume_engine");
    else if (action.kind === "xtables-lock") this.#add("release_lock");
    else if (action.kind === "link-down") this.#add('ip link set "$INTERFACE" up');
    else if (!isOfEngine(planned))
      this.#add(`by_hand ${quoteLiteral(`no more of this: ${renderFault(planned)}`)}`);
  }

  #strike(planned: PlannedFault): void {
    const { action } = planned;
    // Of a step that nobody waited for, nothing was recorded that the script would wait for.
    if (isOfEngine(planned) || action.kind === "hurry") return;
    if (action.kind === "pause") this.#add("pause_engine");
    else if (action.kind === "xtables-lock") this.#add("hold_lock");
    else if (action.kind === "link-down") this.#add('ip link set "$INTERFACE" down');
    else this.#add(`by_hand ${quoteLiteral(renderFault(planned))}`);
  }
}

/** Faults that are told by what becomes of the engine's process. */
function isOfEngine({ action }: PlannedFault): boolean {
  return ["kill", "terminate", "restart-loop"].includes(action.kind);
}

/** The lines of a script that do what was recorded, up to and with the step `until`. */
export function playRecording(options: PlayOptions): readonly string[] {
  return new Player(options).play();
}
