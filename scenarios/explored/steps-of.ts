import type {
  Expectation,
  Intent,
  Operation,
  Step,
  TrafficCheck,
  World,
} from "../../harness/model/scenario.ts";
import {
  type Schedule,
  type ScheduledChange,
  type ScheduledOperation,
  type ScheduledStep,
  stepNameAt,
} from "../../harness/model/schedule.ts";
import { absent, apply, kill, present, remove, start, terminate } from "../building/steps.ts";
import type { Subject, SubjectKind } from "./subject.ts";

function keyOf(intent: Intent): string {
  return JSON.stringify(intent);
}

/** The world of a schedule while it is played: what is there, what was, and what shows that the engine follows. */
class Play {
  readonly #kind: SubjectKind;
  readonly #world: World;
  readonly #live = new Map<number, Subject>();
  readonly #names = new Map<number, string>();
  /** Every intent that was ever wanted. */
  readonly #ever = new Map<string, Intent>();
  /** What was wanted when the last judged step ended. */
  #settled = new Set<string>();
  /** Objects whose last change since the engine's last stop needs items that were never there. */
  readonly #fresh = new Set<number>();
  #gone: TrafficCheck[] = [];
  #isDown = false;
  #witnesses = 0;

  constructor(kind: SubjectKind, world: World) {
    this.#kind = kind;
    this.#world = world;
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  /** @param isInterrupted - whether the engine comes back in this step, from a fault of the one before */
  step(name: string, scheduled: ScheduledStep, isInterrupted: boolean): Step {
    const operations = scheduled.operations.map((operation) => this.#perform(operation));
    if (this.#isDown) return { name, operations, expect: [] };
    const isStarted = scheduled.operations.some(({ op }) => op === "start");
    if (!this.#isShown(isStarted || isInterrupted)) operations.push(this.#witness());
    this.#fresh.clear();
    this.#settled = new Set(this.#wanted().map(keyOf));
    const subjects = [...this.#live.values()];
    const traffic = [...subjects.flatMap((subject) => subject.traffic), ...this.#goneNow()];
    this.#gone = [];
    return { name, operations, expect: this.#expected(), traffic };
  }

  #wanted(): readonly Intent[] {
    return [...this.#live.values()].flatMap(({ wanted }) => wanted);
  }

  #unwanted(): readonly Intent[] {
    const wanted = new Set(this.#wanted().map(keyOf));
    const subjects = [...this.#live.values()];
    return [...this.#ever]
      .filter(([key]) => !wanted.has(key))
      .map(([, intent]) => intent)
      .filter((intent) => !subjects.some((subject) => this.#kind.shares(intent, subject)));
  }

  #expected(): readonly Expectation[] {
    return [...present(...this.#wanted()), ...absent(...this.#unwanted())];
  }

  /** What packets do that an object of before had, where no form of it has them still. */
  #goneNow(): readonly TrafficCheck[] {
    const placeOf = (check: TrafficCheck): string => {
      if (check.kind === "reach") return check.address;
      return check.kind === "service" || check.kind === "inbound"
        ? `${check.address}:${check.port}`
        : check.pod;
    };
    const live = [...this.#live.values()].flatMap(({ traffic }) => traffic).map(placeOf);
    const gone = new Map(this.#gone.map((check) => [placeOf(check), check]));
    for (const place of live) gone.delete(place);
    return [...gone.values()];
  }

  /** Whether what is expected after this step can be there only once the engine has seen its last change. */
  #isShown(isInterrupted: boolean): boolean {
    if ([...this.#fresh].some((object) => (this.#live.get(object)?.wanted.length ?? 0) > 0)) return true;
    return !isInterrupted && this.#unwanted().some((intent) => this.#settled.has(keyOf(intent)));
  }

  /** An object that nothing else is done to, applied last. */
  #witness(): Operation {
    this.#witnesses += 1;
    return this.#put(
      -this.#witnesses,
      this.#kind.create(this.#world, this.#node, this.#world.name("witness")),
    );
  }

  get #node(): World["nodes"][0] {
    return this.#world.nodes[0];
  }

  #put(object: number, subject: Subject): Operation {
    this.#gone.push(...(this.#live.get(object)?.trafficWithout ?? []));
    this.#live.set(object, subject);
    for (const intent of subject.wanted) this.#ever.set(keyOf(intent), intent);
    return apply(subject.object);
  }

  #perform({ gapMs, ...change }: ScheduledOperation): Operation {
    const operation = this.#change(change as ScheduledChange);
    return gapMs === undefined ? operation : { ...operation, afterMs: gapMs };
  }

  #change(change: ScheduledChange): Operation {
    switch (change.op) {
      case "start":
        this.#isDown = false;
        return start(this.#node);
      case "kill":
      case "terminate":
        this.#isDown = true;
        this.#fresh.clear();
        return change.op === "kill" ? kill(this.#node) : terminate(this.#node);
      case "create":
      case "move":
      case "scale":
      case "change-ports":
      case "delete":
        return this.#changeObject(change);
    }
  }

  #changeObject(change: Extract<ScheduledChange, { object: number }>): Operation {
    const [world, node, kind] = [this.#world, this.#node, this.#kind];
    if (change.op === "create") {
      const name = this.#names.get(change.object) ?? world.name("drawn");
      this.#names.set(change.object, name);
      this.#fresh.add(change.object);
      return this.#put(change.object, kind.create(world, node, name));
    }
    const before = this.#live.get(change.object);
    if (!before) throw new Error(`object ${change.object} of the schedule is not there`);
    switch (change.op) {
      case "move": {
        const after = kind.move(world, node, before);
        this.#note(change.object, before, after);
        return this.#put(change.object, after);
      }
      case "scale": {
        const after = kind.scale(world, node, before, change.pods);
        this.#note(change.object, before, after);
        return this.#put(change.object, after);
      }
      case "change-ports":
        this.#fresh.add(change.object);
        return this.#put(change.object, kind.changePorts(before, node));
      case "delete":
        this.#fresh.delete(change.object);
        this.#gone.push(...before.trafficWithout);
        this.#live.delete(change.object);
        return remove(before.object);
    }
  }

  /** A smaller service, and a route to another pod, are a part of what is there before the engine has moved. */
  #note(object: number, before: Subject, after: Subject): void {
    const pods = (subject: Subject): readonly string[] =>
      subject.wanted.flatMap((intent) =>
        intent.kind === "egress" ? [intent.pod] : intent.kind === "service-port" ? intent.backends : [],
      );
    const known = new Set(pods(before));
    if (pods(after).some((pod) => !known.has(pod))) this.#fresh.add(object);
    else this.#fresh.delete(object);
  }
}

/** The steps of a schedule; an engine that is down at its end is started once more, since only a running one can be judged. */
export function stepsOf(schedule: Schedule, kind: SubjectKind, world: World): readonly Step[] {
  const play = new Play(kind, world);
  const steps = schedule.steps.map((scheduled, index) => {
    const isInterrupted = schedule.steps[index - 1]?.fault?.heal === "next-step";
    return play.step(stepNameAt(index), scheduled, isInterrupted);
  });
  if (!play.isDown) return steps;
  return [...steps, play.step("engine-started", { operations: [{ op: "start" }] }, false)];
}
