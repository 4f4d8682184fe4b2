import { join } from "node:path";
import type { ClusterPool } from "../cluster/cluster.ts";
import { withoutDrawnPorts } from "../cluster/kind/reset-node.ts";
import type { Engine } from "../model/engine.ts";
import { isMatch } from "../model/matcher.ts";
import type { FeatureObject } from "../model/objects.ts";
import type { Intent } from "../model/scenario.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import { readableByEngines } from "../program/places.ts";
import type { AttemptContext, NodeEngine } from "../run/attempt-context.ts";
import { startEngine } from "../run/engine-control.ts";
import { engineHandle } from "../run/engine-handle.ts";
import { plantAgain } from "../run/plant-decoys.ts";
import { beginAttempt, furnishAttempt } from "../run/prepare-attempt.ts";
import { sealAttempts } from "../run/select.ts";
import { engineLabel } from "../run/pick-engines.ts";
import { applyObject } from "../run/write-objects.ts";
import { foreignItems, engineItems } from "../oracle/engine-items.ts";
import { isKernelMade } from "../state/kernel-made.ts";
import { until } from "../wait/until.ts";
import { checkout, planRun } from "../../scripts/conformance/plan-run.ts";
import { faults } from "./all.ts";
import type { ContractCase } from "./contract-cases.fixture.ts";
import type { EngineHandle, Fault, FaultTarget } from "./fault.ts";

/** What came of one case. */
export interface ContractResult {
  readonly evidence?: string;
  /** ms from the healing to the state that the engine is to reach. */
  readonly convergedMs?: number;
  /** Items of nobody that were lost or added by it, once it was healed. */
  readonly foreignChanges?: readonly string[];
  /** ms that a second healing took. */
  readonly againMs?: number;
  /** ms until a fault that was aborted right away was over: its bite decided, and healed. */
  readonly abortedMs?: number;
  readonly error?: string;
}

/** Where cases are tried. */
interface ContractStage {
  /** Path of kube-proxy. */
  readonly kubeProxy: string;
  /** Shims stand in front of the engine's tools, as for every plan that has a tool fail. */
  readonly hasShims: boolean;
}

const convergeMs = 40_000;
const biteWithinMs = 20_000;

interface Stage {
  readonly context: AttemptContext;
  readonly own: NodeEngine;
  readonly target: FaultTarget;
  readonly fault: Fault;
  readonly each: ContractCase;
}

async function prepare(
  each: ContractCase,
  input: ContractStage,
  pool: ClusterPool,
): Promise<Stage & AsyncDisposable> {
  const isProxy = each.engine?.[0]?.startsWith("kube-proxy") === true;
  const scenario = each.scenario ?? (isProxy ? "service-created-deleted" : "egress-service-deleted");
  const argv = ["--engine", ...(each.engine ?? ["reference"]), "--scenario", scenario];
  const { selection } = await planRun(argv, 5);
  const digests = new Map(selection.picks.map((pick) => [engineLabel(pick.selection), "0".repeat(64)]));
  const [attempt] = sealAttempts(selection.attempts, digests);
  if (!attempt) throw new Error(`${argv.join(" ")}: no attempt`);
  const sound = attempt.pick.engine;
  const engine: Engine = input.hasShims
    ? { ...sound, launch: (request) => ({ toolOrders: [], ...sound.launch(request) }) }
    : sound;
  const stack = new AsyncDisposableStack();
  const cluster = stack.use(await pool.acquireCluster());
  const controller = new AbortController();
  const context = await beginAttempt(
    {
      plan: { ...attempt.plan, seed: 5 },
      scenario: attempt.scenario,
      engine,
      program: isProxy ? input.kubeProxy : join(checkout, "engines/reference/main.ts"),
      readable: [...readableByEngines(), input.kubeProxy],
      hidden: [],
      report: () => undefined,
      signal: controller.signal,
    },
    cluster,
    1,
  );
  await furnishAttempt(context);
  const own = [...context.engines.values()][0];
  if (!own) throw new Error("the attempt has no engine");
  stack.defer(async () => {
    own.isStopping = true;
    await own.process?.killTree();
    await own.access[Symbol.asyncDispose]();
  });
  const { node } = own;
  context.recorder.snapshot(
    { node: node.ref.name, step: "<plant>", moment: "planted" },
    await node.snapshot(),
  );
  const target: FaultTarget = {
    node,
    cluster,
    access: own.access,
    engine: each.withSet ? withSet(engineHandle(context, own), own) : engineHandle(context, own),
    foreign: () => foreignItems(context.recorder.recording(), viewOf(context, own, [])),
    furnishAgain: () => plantAgain(context, node),
    biteWithinMs,
    signal: controller.signal,
  };
  const fault = faults[each.action.kind] as unknown as Fault;
  return { context, own, target, fault, each, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function withSet(engine: EngineHandle, { node }: NodeEngine): EngineHandle {
  const isOfSet = ({ family }: StateItem): boolean => family === "ipset";
  return {
    ...engine,
    items: async () => [...(await engine.items()), ...(await node.snapshot()).filter(isOfSet)],
  };
}

function viewOf({ recorder, stage }: AttemptContext, { node }: NodeEngine, items: readonly StateItem[]) {
  const index = recorder.recording().events.length;
  return {
    index,
    atMs: recorder.now(),
    node: node.ref.name,
    step: stage.step,
    moment: "step" as const,
    items,
  };
}

/** What is neither the engine's nor the kernel's own. */
async function foreignNow(context: AttemptContext, own: NodeEngine): Promise<readonly string[]> {
  const items = await own.node.snapshot();
  const ofEngine = new Set(
    engineItems(context.recorder.recording(), viewOf(context, own, items)).map(itemKey),
  );
  return items
    .filter((item) => item.family !== "conntrack" && !isKernelMade(item) && !ofEngine.has(itemKey(item)))
    .map((item) => withoutDrawnPorts(itemKey(item)))
    .toSorted();
}

interface Wanted {
  readonly object: FeatureObject;
  readonly intents: readonly Intent[];
}

/** An object for the engine, every value fresh. */
async function wanted({ world, scenario, nodes }: AttemptContext): Promise<Wanted> {
  const { object, expect } = scenario.canary(world);
  for (const node of nodes)
    for (const pod of world.pods) if (pod.node === node.ref.name) await node.addPod(pod.address);
  return { object, intents: expect };
}

async function untilProgrammed({ context, own }: Stage, all: readonly Wanted[]): Promise<number> {
  const began = performance.now();
  const matchers = all.flatMap(({ intents }) =>
    intents.flatMap((intent) => context.engine.match(intent, context.render)),
  );
  if (matchers.length === 0) throw new Error("nothing is expected of the engine");
  const look = async (): Promise<true | undefined> => {
    const items = await own.node.snapshot();
    return matchers.every((matcher) => items.some((item) => isMatch(matcher, item))) ? true : undefined;
  };
  await until("the engine has programmed what is wanted", look, { timeoutMs: convergeMs, everyMs: 100 });
  return Math.round(performance.now() - began);
}

/** Something for the fault to bite. */
async function stimulate({ context, own, each, target }: Stage, next: Wanted): Promise<void> {
  if (each.stimulus === "none") return;
  // An API server that is gone is written to when it is back.
  if (each.action.kind !== "api-server-restart") await applyObject(context, "contract", next.object);
  if (each.stimulus !== "restart" || !own.process) return;
  await target.engine.kill("tree");
  // Its start may take its limit where it finds no API.
  void target.engine.start().catch(() => undefined);
}

async function strike(stage: Stage, first: Wanted): Promise<ContractResult> {
  const { context, own, target, fault, each } = stage;
  const before = await foreignNow(context, own);
  const next = await wanted(context);
  const injected = await fault.inject(each.action, target);
  await stimulate(stage, next);
  const evidence = await injected.bitten;
  await injected[Symbol.asyncDispose]();
  if (each.stimulus === "none" || each.action.kind === "api-server-restart")
    await applyObject(context, "contract", next.object);
  const convergedMs = await untilProgrammed(stage, each.unrepaired ? [next] : [first, next]);
  const began = performance.now();
  await injected[Symbol.asyncDispose]();
  const againMs = Math.round(performance.now() - began);
  const after = await foreignNow(context, own);
  const isRepaired = each.action.kind === "foreign-deletion" && each.withSet;
  const foreignChanges = isRepaired
    ? []
    : [
        ...before.filter((item) => !after.includes(item)).map((item) => `- ${item}`),
        ...after.filter((item) => !before.includes(item)).map((item) => `+ ${item}`),
      ];
  return { convergedMs, againMs, foreignChanges, ...(evidence === undefined ? {} : { evidence }) };
}

/** A fault that is aborted as soon as it is in force. */
async function abort({ target, fault, each }: Stage): Promise<number> {
  const controller = new AbortController();
  const injected = await fault.inject(each.action, { ...target, signal: controller.signal });
  const began = performance.now();
  controller.abort();
  await injected.bitten;
  await injected[Symbol.asyncDispose]();
  return Math.round(performance.now() - began);
}

/** Tries one fault on an engine on a node of the pool. */
export async function runCase(
  each: ContractCase,
  input: ContractStage,
  pool: ClusterPool,
): Promise<ContractResult> {
  try {
    await using stage = await prepare(each, input, pool);
    const { context, own } = stage;
    if (each.withSet) {
      const lines = "create ENGINE-SET hash:net family inet\nadd ENGINE-SET 10.9.0.0/24\n";
      await own.node.exec(["ipset", "restore"], { input: lines });
    }
    await startEngine(context, own.node.ref.name);
    const first = await wanted(context);
    await applyObject(context, "contract", first.object);
    await untilProgrammed(stage, [first]);
    const result = await strike(stage, first);
    return { ...result, abortedMs: await abort(stage) };
  } catch (thrown) {
    return { error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}
