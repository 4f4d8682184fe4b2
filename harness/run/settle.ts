import { setTimeout as delay } from "node:timers/promises";
import type { ItemMatcher } from "../model/matcher.ts";
import { isMatch } from "../model/matcher.ts";
import type { Moment, Recording } from "../model/recording.ts";
import type { Expectation } from "../model/scenario.ts";
import { renderItem, type StateItem } from "../model/state.ts";
import { convergence } from "../oracle/convergence.ts";
import { duplicates } from "../oracle/duplicates.ts";
import { intent } from "../oracle/intent.ts";
import type { Oracle } from "../oracle/oracle.ts";
import { residue } from "../oracle/residue.ts";
import { retiredIdentity } from "../oracle/retired-identity.ts";
import { unknownIdentity } from "../oracle/unknown-identity.ts";
import { diffStates, isSameState, snapshotDigest, stateDigest } from "../state/diff.ts";
import { until } from "../wait/until.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { flowMatchers } from "./flows.ts";
import { isGatewayBusy } from "./gateways.ts";
import { look, type Views } from "./look.ts";
import { heldMs, isAnyoneHeld, throwHoldError } from "./write-hold.ts";

export interface SettleOptions {
  readonly step: string;
  readonly moment: Moment;
  readonly expect: readonly Expectation[];
}

interface ExpectedItems {
  readonly expectation: Expectation;
  readonly node: string;
  readonly matchers: readonly ItemMatcher[];
  readonly byOther?: true;
}

/** Between two looks at the nodes where nothing tells of writes; and the longest between two thoughts, in ms. */
const lookEveryMs = 150;

/** Who writes without end is looked at all the same, after this many settle times. */
const settleTimesInBurst = 2;

/** A look that takes more of the settle time than this share of it is not begun earlier for that. */
const lookShareOfSettleTime = 0.5;

/** Between two looks whether somebody is still held, in ms. */
const holdLookMs = 10;

/** What an engine that is only slow would still repair: while these speak, a step is given its worst case. */
const patientOracles: readonly Oracle[] = [
  retiredIdentity,
  unknownIdentity,
  intent,
  residue,
  duplicates,
  convergence,
];

function isMet({ expectation, matchers }: ExpectedItems, items: readonly StateItem[]): boolean {
  if (matchers.length === 0) return true;
  const found = (matcher: ItemMatcher): boolean => items.some((item) => isMatch(matcher, item));
  return expectation.present ? matchers.every(found) : !matchers.some(found);
}

/** Whether the state, as it is, would be judged clean: asked before a step is called settled. */
function isClean(
  context: AttemptContext,
  options: SettleOptions,
  expected: readonly ExpectedItems[],
  views: Views,
): boolean {
  const { step, moment } = options;
  const digests = [...views].map(([node, items]) => ({ node, items, digest: snapshotDigest(items) }));
  const recording = context.recorder.imagine(
    [
      ...expected.map((each) => ({ kind: "expectation" as const, step, ...each, met: true, waitedMs: 0 })),
      ...digests.map(({ node, digest }) => ({ kind: "snapshot" as const, node, step, moment, digest })),
    ],
    Object.fromEntries(digests.map(({ digest, items }) => [digest, items])),
  );
  const { reference, restarted } = context;
  const findings = (oracle: Oracle, of: Recording): number =>
    oracle.judge(of, reference, restarted).filter((finding) => finding.level === "core").length;
  const before = context.recorder.recording();
  const count = (oracle: Oracle): number => findings(oracle, recording) - findings(oracle, before);
  return patientOracles.every((oracle) => count(oracle) <= 0);
}

function digestOf(views: Views): string {
  return [...views].map(([node, items]) => `${node} ${stateDigest(items)}`).join("\n");
}

/** Whether any engine is up that could still change something. */
function isAnyoneUp(context: AttemptContext): boolean {
  return [...context.engines.values()].some(
    ({ process, isFound }) => isFound === true || process !== undefined,
  );
}

/** When an engine of the attempt was last heard to write to the kernel, ms of the recorder's clock. */
function lastKernelWriteMs(context: AttemptContext): number {
  return Math.max(...[...context.engines.values()].map((own) => own.lastKernelWriteMs));
}

/** What a write may take from its call to its place in the recording, in ms. */
const traceDelayMs = 500;

/**
 * The trace proves itself: a node whose state changed since `before` has had a write since then. One that
 * has not makes the attempt an error, since crash points and quiet are found by the trace.
 *
 * @returns when the state changed last, as far as writes tell, ms of the recorder's clock
 */
async function noteUnexplained(
  context: AttemptContext,
  step: string,
  before: { readonly views: Views; readonly lookedMs: number },
  after: Views,
): Promise<number> {
  if (context.untraced) return context.recorder.now();
  let changedMs = Number.NEGATIVE_INFINITY;
  for (const [node, items] of after) {
    const old = before.views.get(node) ?? [];
    if (isSameState(old, items)) continue;
    const heard = async (): Promise<true | undefined> =>
      (context.engines.get(node)?.lastKernelWriteMs ?? 0) >= before.lookedMs ? true : undefined;
    const { signal } = context;
    const isExplained = await until(`the trace of ${node} tells of a change`, heard, {
      timeoutMs: traceDelayMs,
      everyMs: 10,
      signal,
    }).catch((thrown: unknown) => {
      if (signal.aborted) throw thrown;
      return false;
    });
    const writtenMs = context.engines.get(node)?.lastKernelWriteMs ?? 0;
    changedMs = Math.max(changedMs, isExplained ? writtenMs : context.recorder.now());
    if (isExplained) continue;
    const { added, removed } = diffStates(old, items);
    context.recorder.add({
      kind: "unexplained-change",
      node,
      step,
      added: added.map(renderItem),
      removed: removed.map(renderItem),
    });
  }
  return changedMs;
}

interface Settled {
  readonly views: Views;
  readonly quiet: boolean;
  readonly waitedMs: number;
}

/** One look at all nodes. */
interface Seen {
  readonly views: Views;
  /** When it began, ms of the recorder's clock. */
  readonly lookedMs: number;
  /** What the longest look until now has taken, in ms. */
  readonly tookMs: number;
}

async function lookFrom(context: AttemptContext, tookMs: number): Promise<Seen> {
  const { recorder } = context;
  const lookedMs = recorder.now();
  const views = await look(context);
  return { views, lookedMs, tookMs: Math.max(tookMs, recorder.now() - lookedMs) };
}

/** Where writes are told, the last look may come so early that it ends when the settle time does. */
function earlyMs({ untraced, profile }: AttemptContext, { tookMs }: Seen): number {
  return untraced === true ? 0 : Math.min(tookMs, lookShareOfSettleTime * profile.settleMs);
}

/**
 * Looks until the expectations hold, the state and the API have been still for the engine's settle time,
 * and no oracle finds fault; or until the engine's worst case has passed, and once more.
 */
async function untilSettled(
  context: AttemptContext,
  options: SettleOptions,
  expected: readonly ExpectedItems[],
  isCut: () => boolean = () => false,
): Promise<Settled> {
  const { recorder, profile, worstCaseMs, signal } = context;
  const began = recorder.now();
  const heldBefore = heldMs(context);
  const allOf = (views: Views): boolean => expected.every((each) => isMet(each, views.get(each.node) ?? []));
  let seen = await lookFrom(context, 0);
  let digest = digestOf(seen.views);
  let changedMs = began;
  // Where nothing tells of writes, looking does.
  let mayHaveChanged = false;
  let judged: { readonly digest: string; readonly clean: boolean } | undefined;
  for (;;) {
    throwHoldError(context);
    const { views, lookedMs } = seen;
    const now = recorder.now();
    // Time in which we held it is not the engine's.
    const overMs = began + 2 * worstCaseMs + heldMs(context) - heldBefore;
    if (isCut()) return { views, quiet: false, waitedMs: now - began };
    if (isAnyoneHeld(context)) {
      changedMs = now;
      await delay(holdLookMs, undefined, { signal });
      continue;
    }
    // What a command does comes at its end.
    if (isGatewayBusy(context)) changedMs = now;
    const sinceMs = Math.max(changedMs, context.activity.lastWriteMs);
    const writtenMs = lastKernelWriteMs(context);
    // A write may have changed nothing: only a look tells, and in the middle of many it tells nothing that lasts.
    const isNews = lookedMs <= writtenMs;
    const stillMs = now - Math.max(sinceMs, isNews ? writtenMs : sinceMs);
    const isStill = stillMs >= profile.settleMs;
    const ripeMs = profile.settleMs - earlyMs(context, seen);
    const isRipe = stillMs >= ripeMs;
    const isLong = isNews && now - lookedMs >= settleTimesInBurst * profile.settleMs;
    const quiet = isStill && !isNews;
    const isOver = now > overMs;
    // Without a write of an engine nothing changes; a last look shows that the trace missed none.
    const isLast = (isRipe && lookedMs - sinceMs < ripeMs) || (isOver && lookedMs <= overMs);
    if (isLast || (!isOver && ((isNews && (isRipe || isLong)) || mayHaveChanged))) {
      mayHaveChanged = false;
      const before = seen;
      seen = await lookFrom(context, before.tookMs);
      const next = digestOf(seen.views);
      if (next === digest) continue;
      changedMs = Math.max(changedMs, await noteUnexplained(context, options.step, before, seen.views));
      digest = next;
      continue;
    }
    const isUp = isAnyoneUp(context);
    if (quiet && (allOf(views) || !isUp)) {
      if (judged?.digest !== digest) judged = { digest, clean: isClean(context, options, expected, views) };
      if (judged.clean || !isUp) return { views, quiet, waitedMs: now - began };
    }
    if (isOver) return { views, quiet, waitedMs: now - began };
    const leftMs = isStill ? lookEveryMs : (isRipe ? profile.settleMs : ripeMs) - stillMs;
    // Until then nobody has anything to do.
    if (leftMs > lookEveryMs) context.cluster.prepareNext?.();
    await delay(Math.min(lookEveryMs, Math.max(1, leftMs)), undefined, { signal });
    mayHaveChanged = context.untraced === true;
  }
}

function expectedItems(
  { engine, engines, render, beside }: AttemptContext,
  expect: readonly Expectation[],
): readonly ExpectedItems[] {
  return expect.map((expectation) => {
    const { intent: wanted } = expectation;
    const selection = engines.get(wanted.node)?.version.selection ?? render.selection;
    if (wanted.kind === "flows") return { expectation, node: wanted.node, matchers: flowMatchers(wanted) };
    const own = engine.match(wanted, { ...render, selection });
    // What the engine shows by no item may be what the other one does.
    const others = beside?.engine.match(wanted, { ...render, selection: beside.selection }) ?? [];
    return own.length > 0 || others.length === 0
      ? { expectation, node: wanted.node, matchers: own }
      : { expectation, node: wanted.node, matchers: others, byOther: true };
  });
}

/** Waits like `settle`, and records and judges nothing; `isCut` says when it is enough. */
export async function untilStill(
  context: AttemptContext,
  options: Omit<SettleOptions, "moment">,
  isCut: () => boolean = () => false,
): Promise<void> {
  await untilSettled(context, { ...options, moment: "step" }, expectedItems(context, options.expect), isCut);
}

/**
 * Waits until a step has settled, then records its expectations and a snapshot of every node.
 *
 * @returns true when it became quiet with every expectation met
 */
export async function settle(context: AttemptContext, options: SettleOptions): Promise<boolean> {
  const { recorder } = context;
  const expected = expectedItems(context, options.expect);
  const { views, quiet, waitedMs } = await untilSettled(context, options, expected);
  const { step, moment } = options;
  recorder.add({ kind: "quiet", step, quiet, waitedMs });
  const results = expected.map((each) => ({ ...each, met: isMet(each, views.get(each.node) ?? []) }));
  for (const each of results) recorder.add({ kind: "expectation", step, ...each, waitedMs });
  for (const [node, items] of views) recorder.snapshot({ node, step, moment }, items);
  return quiet && results.every(({ met }) => met);
}
