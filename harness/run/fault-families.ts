import type { ApiMatch, FaultAction, FaultTrigger, PlannedFault } from "../model/fault.ts";
import type { FaultFamily } from "../model/fault-family.ts";
import { eventsOf, placedOf, type Recording } from "../model/recording.ts";
import { engineStateAt } from "../oracle/timeline.ts";
import { apiWritesOf } from "./api-points.ts";
import type { CrashPoint } from "./crash-points.ts";

/** What an indexed recording offers to strike at. */
export interface StrikeGround {
  readonly index: Recording;
  readonly points: readonly CrashPoint[];
  /** Steps of the scenario itself, in order; the start is none. */
  readonly steps: readonly string[];
  /** Those that another step of the scenario follows. */
  readonly followed: readonly string[];
}

/** Longer than any lease that a vendor's manifest has (15 s at most), in ms. */
const pauseMs = 16_000;

const killTree = { kind: "kill", scope: "tree" } as const;

type Struck = Omit<PlannedFault, "action">;

/** Every place between two writes, with each way to go on that the step allows. */
function atWrites(
  { points, followed }: StrikeGround,
  heals: readonly PlannedFault["heal"][],
): readonly Struck[] {
  return points.flatMap(({ step, node, point }) =>
    heals
      .filter((heal) => heal === "same-step" || followed.includes(step))
      .map((heal) => ({ step, node, trigger: { at: "kernel-write", point } as const, heal })),
  );
}

/** Nodes, by number, whose engine runs when a step begins, or when it ends: elsewhere there is nobody to end. */
function nodesUp({ index }: StrikeGround, step: string, moment: "begin" | "end"): ReadonlySet<number> {
  const at = placedOf(index, "step").find(({ event }) => event.step === step && event.state === moment);
  const nodes = eventsOf(index, "begin")[0]?.nodes ?? [];
  return new Set(
    nodes.flatMap(({ name }, node) =>
      at !== undefined && engineStateAt(index, name, at.index) === "running" ? [node] : [],
    ),
  );
}

/** Before the first write of a step: the engine is dead while its operations happen. */
function beforeSteps(ground: StrikeGround): readonly Struck[] {
  const { points, steps } = ground;
  const nodes = [...new Set(points.map(({ node }) => node))];
  return steps.flatMap((step) =>
    nodes
      .filter((node) => nodesUp(ground, step, "begin").has(node))
      .filter((node) => points.some((point) => point.step === step && point.node === node))
      .map((node) => ({ step, node, trigger: { at: "step-begin" } as const, heal: "same-step" as const })),
  );
}

function atApiWrites({ index, steps, followed }: StrikeGround): readonly Struck[] {
  return steps.flatMap((step) =>
    apiWritesOf(index, step).flatMap(({ node, point }) =>
      (["before", "withheld", "given"] as const).flatMap((answer) =>
        (followed.includes(step) ? (["same-step", "next-step"] as const) : (["same-step"] as const)).map(
          (heal) => ({
            step,
            node,
            trigger: { at: "api-write", point: { ...point, answer } } as const,
            heal,
          }),
        ),
      ),
    ),
  );
}

function inSteps(
  { steps, followed }: StrikeGround,
  at: Extract<FaultTrigger["at"], "step-begin" | "operations-sent" | "settled">,
  actions: readonly FaultAction[],
  node: PlannedFault["node"] = 0,
): readonly (readonly PlannedFault[])[] {
  return steps.flatMap((step) =>
    actions.map((action) => {
      // What breaks before the step and is broken over the next one too is met by both.
      const heal = at === "step-begin" && followed.includes(step) ? "next-step" : "same-step";
      return [{ action, step, node, trigger: { at }, heal } as const];
    }),
  );
}

/** What engines of these kinds write to or watch, as far as a fault is about one resource. */
const services: ApiMatch = { resource: "services" };

const apiActions: readonly FaultAction[] = [
  { kind: "api-latency", delayMs: 1_000 },
  { kind: "api-status", status: 409, times: 3 },
  { kind: "api-status", status: 429, retryAfterS: 1, times: 3 },
  { kind: "api-status", status: 500, times: 3 },
  { kind: "api-status", status: 403, match: { ...services, verbs: ["update", "patch"] } },
  { kind: "api-watch-cut" },
  { kind: "api-watch-gone" },
  { kind: "api-stale" },
  { kind: "api-down" },
  { kind: "api-server-restart" },
];

const toolFailure = {
  exitCode: 4,
  stderr: "Another app is currently holding the xtables lock.",
  times: 1,
} as const;

const kernelActions: readonly FaultAction[] = [
  { kind: "xtables-lock" },
  { kind: "tool-fails", tool: "*", ...toolFailure },
  { kind: "call-fails", error: "EBUSY", times: 1 },
  { kind: "call-fails", error: "EEXIST", times: 1 },
  { kind: "call-fails", error: "ENOBUFS", times: 1 },
  { kind: "set-in-use" },
  { kind: "link-down" },
];

const losses: readonly FaultAction[] = [
  ...(["rule", "chain", "member", "route"] as const).map(
    (of) => ({ kind: "foreign-deletion", of, pick: 0 }) as const,
  ),
  { kind: "node-reboot" },
];

const rollouts: readonly FaultAction[] = [
  { kind: "daemon-set-rolled" },
  { kind: "kubelet-stopped" },
  { kind: "image-missing" },
  { kind: "node-restarted" },
];

/** What kubelet gives a pod by default, in seconds. */
const graceSeconds = 30;

const single = (places: readonly Struck[], action: FaultAction): readonly (readonly PlannedFault[])[] =>
  places.map((place) => [{ ...place, action }]);

/** From at once to where an engine that looks for changes each second is in the middle of its work, in ms. */
const gapsMs = [0, 20, 200, 1_000] as const;

/** Races between a client of the API and the engine: an object is changed or deleted while the engine is not done with it. Pure. */
export function hurriesOf(followed: readonly string[]): readonly (readonly PlannedFault[])[] {
  return followed.flatMap((step) =>
    gapsMs.map((gapMs) => [
      {
        action: { kind: "hurry", gapMs } as const,
        step,
        node: 0,
        trigger: { at: "operations-sent" } as const,
        heal: "next-step" as const,
      },
    ]),
  );
}

/**
 * The faults of a family, one list for each attempt. Pure.
 *
 * What an engine has nothing to be bitten by (a set, a lock) is `not-exercised` in the attempt.
 */
export function faultsOfFamily(
  family: FaultFamily,
  ground: StrikeGround,
): readonly (readonly PlannedFault[])[] {
  const both = ["same-step", "next-step"] as const;
  const nodes = eventsOf(ground.index, "begin")[0]?.nodes.length ?? 1;
  switch (family) {
    case "kill":
      return [...single(beforeSteps(ground), killTree), ...single(atWrites(ground, both), killTree)];
    case "orphan":
      return single(atWrites(ground, both), { kind: "kill", scope: "engine" });
    case "terminate":
      return single(atWrites(ground, both), { kind: "terminate" });
    case "twice":
      return atWrites(ground, ["same-step"]).map((place) => [
        { ...place, action: killTree },
        { ...place, action: killTree, trigger: { at: "nth-write", nth: 1 } },
      ]);
    case "pause":
      return nodes > 1 ? single(atWrites(ground, ["next-step"]), { kind: "pause", forMs: pauseMs }) : [];
    case "race":
      return single(atWrites(ground, ["next-step"]), { kind: "hold" });
    case "hurry":
      return hurriesOf(ground.followed);
    case "restart": {
      const where = (isUp: (up: ReadonlySet<number>) => boolean): StrikeGround => ({
        ...ground,
        steps: ground.steps.filter((step) => isUp(nodesUp(ground, step, "end"))),
      });
      return [
        ...inSteps(
          where((up) => up.has(0)),
          "operations-sent",
          [{ kind: "restart-loop", times: 5 }],
        ),
        ...(nodes > 1
          ? inSteps(
              where((up) => up.size === nodes),
              "operations-sent",
              [killTree],
              "all",
            )
          : []),
      ];
    }
    case "api-kill":
      return single(atApiWrites(ground), killTree);
    case "api":
      return inSteps(ground, "step-begin", apiActions);
    case "kernel":
      return [...inSteps(ground, "step-begin", kernelActions), ...inSteps(ground, "settled", losses)];
    case "kubelet":
      return [
        ...[0, graceSeconds].flatMap((grace) =>
          single(atWrites(ground, ["same-step"]), { kind: "pod-deleted", graceSeconds: grace }),
        ),
        ...inSteps(ground, "operations-sent", rollouts),
      ];
  }
}
