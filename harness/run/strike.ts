import { faults as faultKinds } from "../fault/all.ts";
import type { InjectedFault } from "../fault/fault.ts";
import type {
  ApiWritePoint,
  FaultAction,
  FaultTrigger,
  KernelWritePoint,
  PlannedFault,
} from "../model/fault.ts";
import type { Expectation } from "../model/scenario.ts";
import { type ComparableState, comparableText } from "../oracle/comparable.ts";
import type { TracedWrite } from "../trace/index-writes.ts";
import type { AttemptContext, NodeEngine } from "./attempt-context.ts";
import { engineHandle } from "./engine-handle.ts";
import { foreignOn, lookAt } from "./look.ts";
import { plantAgain } from "./plant-decoys.ts";
import { untilStill } from "./settle.ts";
import { holdWriters, releaseWriters } from "./write-hold.ts";

/** What a step is, as the nemesis sees it. */
export interface StruckStep {
  readonly name: string;
  readonly expect: readonly Expectation[];
}

type Outcome = "fired" | "missed" | "overshoot";

/** One planned fault on its way. */
export interface Strike {
  readonly index: number;
  readonly planned: PlannedFault;
  outcome?: Outcome;
  evidence?: string;
  readonly injected: InjectedFault[];
  /** From the moment at which what was armed strikes. */
  striking?: Promise<void>;
  /** Undoes the arming, where it has not struck. */
  disarm: () => void;
}

/** How long a fault may wait for something that it bites, beside the engine's worst case, in ms. */
const biteMs = 5_000;

function targetsOf(context: AttemptContext, { node }: PlannedFault): readonly NodeEngine[] {
  const all = context.nodes.flatMap(({ ref }) => context.engines.get(ref.name) ?? []);
  return node === "all" ? all : all.slice(node, node + 1);
}

function note(
  context: AttemptContext,
  strike: Strike,
  state: "armed" | "fired" | "healed" | "missed" | "overshoot",
): void {
  for (const own of targetsOf(context, strike.planned)) {
    context.recorder.add({
      kind: "fault",
      fault: strike.index,
      step: context.stage.step,
      node: own.node.ref.name,
      state,
      ...(state === "fired" && strike.evidence !== undefined ? { evidence: strike.evidence } : {}),
    });
  }
}

/** What strikes by itself, at something that the engine does. */
export const waitingAt: readonly FaultTrigger["at"][] = ["kernel-write", "nth-write", "api-write"];

/** Those that take the API server away for as long as they are being put in force: what is missed then is their doing. */
const cutsBeforeBite: ReadonlySet<FaultAction["kind"]> = new Set(["node-restarted"]);

/** Puts the fault in force on all its nodes. */
export async function inject(context: AttemptContext, strike: Strike): Promise<void> {
  const { action, trigger } = strike.planned;
  if (cutsBeforeBite.has(action.kind) && !waitingAt.includes(trigger.at)) note(context, strike, "armed");
  for (const own of targetsOf(context, strike.planned)) {
    strike.injected.push(
      await faultKinds[action.kind].inject(action as never, {
        node: own.node,
        cluster: context.cluster,
        access: own.access,
        engine: engineHandle(context, own),
        foreign: () => foreignOn(context, own),
        furnishAgain: () => plantAgain(context, own.node),
        biteWithinMs: context.worstCaseMs + biteMs,
        signal: context.signal,
      }),
    );
  }
}

/** Waits for the bite and says what became of it. */
export async function conclude(context: AttemptContext, strike: Strike, where = ""): Promise<void> {
  const bites = await Promise.all(strike.injected.map(({ bitten }) => bitten));
  const evidence = bites.filter((bite) => bite !== undefined);
  if (strike.injected.length > 0 && evidence.length === bites.length) {
    strike.outcome ??= "fired";
    strike.evidence = [where, ...evidence].filter(Boolean).join(": ");
  }
  strike.outcome ??= "missed";
  note(context, strike, strike.outcome);
}

/** Ends the fault, and lets go whom it held. */
export async function heal(context: AttemptContext, strike: Strike): Promise<void> {
  if (strike.injected.length === 0) return;
  for (const own of targetsOf(context, strike.planned)) if (own.hold) releaseWriters(context, own);
  for (const injected of strike.injected) await injected[Symbol.asyncDispose]();
  note(context, strike, "healed");
}

function describeWrite(write: TracedWrite, index: number): string {
  return `after write ${index} (${write.what} by ${write.argv.join(" ") || "a program that is gone"})`;
}

function isSameWrite(context: AttemptContext, point: KernelWritePoint, write: TracedWrite): boolean {
  const comparable = comparableText(context.recorder.recording());
  const wanted = JSON.stringify(point.argv);
  return write.what === point.what && JSON.stringify(write.argv.map(comparable)) === wanted;
}

/** It led where it led when it was recorded; or it is that write, and what it changed is what it changed then. */
function isAtPoint({ state, parts }: KernelWritePoint, seen: ComparableState, isSame: boolean): boolean {
  if (seen.digest === state) return true;
  const changed = Object.entries(parts ?? {});
  return (
    isSame && changed.length > 0 && changed.every(([part, digest]) => (seen.parts[part] ?? "") === digest)
  );
}

/** Everybody is dead after it, so that the state must be what it was. */
function isWholeKill(action: FaultAction): boolean {
  return action.kind === "kill" && action.scope === "tree";
}

/**
 * Strikes while everybody on the node is held.
 *
 * @param state - of the node, as it was seen while they were held: still so when everybody was killed
 */
async function strikeHeld(
  context: AttemptContext,
  strike: Strike,
  own: NodeEngine,
  { state, where }: { readonly state: string; readonly where: string },
): Promise<void> {
  const { action } = strike.planned;
  await inject(context, strike);
  if (isWholeKill(action) && (await lookAt(context, own.node)).state.digest !== state)
    strike.outcome = "overshoot";
  if (action.kind !== "hold") releaseWriters(context, own);
  await conclude(context, strike, where);
}

function holdNobody(context: AttemptContext, own: NodeEngine): void {
  if (own.hold) holdWriters(own, "none", async () => releaseWriters(context, own));
}

/**
 * Strikes when the state is that of the point. The write that leads there may come at another place in the
 * order: engines iterate maps. What proves it is the state, before and after.
 */
function armAtKernelWrite(context: AttemptContext, strike: Strike, point: KernelWritePoint): void {
  const own = targetsOf(context, strike.planned)[0];
  if (!own) return;
  const before = own.kernelWrites;
  strike.disarm = () => holdNobody(context, own);
  // A second try holds at every write: the order may be another one, or the message another mixture.
  holdWriters(own, context.tries > 1 ? "every" : { what: [point.what] }, async (write) => {
    const isSame = isSameWrite(context, point, write);
    if (strike.striking !== undefined || !(isSame || context.tries > 1)) return releaseWriters(context, own);
    const { state } = await lookAt(context, own.node);
    const where = describeWrite(write, own.kernelWrites - before);
    if (isAtPoint(point, state, isSame))
      return (strike.striking = strikeHeld(context, strike, own, { state: state.digest, where }));
    strike.evidence = `${where} the state was another`;
    return releaseWriters(context, own);
  });
}

/** What a recovery writes is on no recording: it is struck at a number, and the state shows that nobody went on. */
function armAtNthWrite(context: AttemptContext, strike: Strike, nth: number): void {
  const own = targetsOf(context, strike.planned)[0];
  if (!own) return;
  strike.disarm = () => holdNobody(context, own);
  const strikeNow = async (write: TracedWrite): Promise<void> => {
    const { state } = await lookAt(context, own.node);
    await strikeHeld(context, strike, own, { state: state.digest, where: describeWrite(write, nth) });
  };
  holdWriters(own, { nth }, (write) => (strike.striking = strikeNow(write)));
}

const endsEngine: ReadonlySet<FaultAction["kind"]> = new Set([
  "kill",
  "terminate",
  "restart-loop",
  "node-reboot",
  "pod-deleted",
  "daemon-set-rolled",
  "kubelet-stopped",
  "image-missing",
  "node-restarted",
]);

function armAtApiWrite(context: AttemptContext, strike: Strike, point: ApiWritePoint): void {
  const own = targetsOf(context, strike.planned)[0];
  if (!own) return;
  const held = own.access.faults.holdAt(point);
  strike.disarm = () => held.release();
  const strikeNow = async (request: string): Promise<void> => {
    await inject(context, strike);
    const { kind } = strike.planned.action;
    // Whoever sent it is dead: what had not reached the API server never does.
    if (endsEngine.has(kind)) held.drop();
    else if (kind !== "hold") held.release();
    await conclude(context, strike, request);
  };
  void held.reached.then((request) => {
    if (request === undefined) return;
    strike.striking = strikeNow(request);
    strike.striking.catch(() => undefined); // Told where it is waited for.
  });
}

/** Puts in place what strikes by itself; other faults are injected when it is time. */
export function arm(context: AttemptContext, strike: Strike): void {
  const { trigger } = strike.planned;
  if (trigger.at === "kernel-write") armAtKernelWrite(context, strike, trigger.point);
  else if (trigger.at === "nth-write") armAtNthWrite(context, strike, trigger.nth);
  else if (trigger.at === "api-write") armAtApiWrite(context, strike, trigger.point);
  else return;
  note(context, strike, "armed");
}

/** Waits until what is armed has struck, or until nothing happens any more. */
export async function awaitStrike(context: AttemptContext, step: StruckStep, strike: Strike): Promise<void> {
  const { name, expect } = step;
  const { recorder, worstCaseMs } = context;
  const began = recorder.now();
  // Where nothing is expected, nothing says that a slow engine has done its work: it has its worst case for that.
  do await untilStill(context, { step: name, expect }, () => strike.striking !== undefined);
  while (expect.length === 0 && strike.striking === undefined && recorder.now() - began < worstCaseMs);
  await strike.striking;
  if (strike.outcome !== undefined) return;
  strike.disarm();
  strike.outcome = strike.evidence === undefined ? "missed" : "overshoot";
  note(context, strike, strike.outcome);
}
