import { setTimeout as delay } from "node:timers/promises";
import type { Leftover } from "../kube/empty-api.ts";
import { eventsOf } from "../model/recording.ts";
import type { Operation, Step } from "../model/scenario.ts";
import { until } from "../wait/until.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { killEngine, startEngine, startWithSettings, terminateEngine } from "./engine-control.ts";
import { expectBeside, startBeside } from "./beside.ts";
import { downgradeEngine, upgradeEngine } from "./engine-versions.ts";
import { cleanByHand } from "./clean-by-hand.ts";
import { plantFlows } from "./flows.ts";
import { furnishGateway, orderExec, releaseExec, restartGateway, untilExecReached } from "./gateways.ts";
import { lastSeen, lookNow } from "./look.ts";
import { rebootNode } from "./reboot-node.ts";
import type { Nemesis } from "./nemesis.ts";
import { checkDecoys, plantDecoys } from "./plant-decoys.ts";
import { settle, untilStill } from "./settle.ts";
import { checkTraffic } from "./traffic.ts";
import { applyObject, deleteAll, deleteObject } from "./write-objects.ts";
import { uninstallEngine } from "./uninstall-engine.ts";
import { indexWrites } from "./write-hold.ts";

/** The engines start and find what is there. */
const startStep = "<start>";
const canaryStep = "<canary>";
const emptyStep = "<empty>";

async function perform(context: AttemptContext, step: string, operation: Operation): Promise<void> {
  switch (operation.op) {
    case "apply":
      return applyObject(context, step, operation.object);
    case "delete":
      return deleteObject(context, step, operation.name);
    case "upgrade":
      return upgradeEngine(context, operation, () => untilStill(context, { step, expect: [] }));
    case "downgrade":
      return downgradeEngine(context, operation.node);
    case "uninstall":
      return uninstallEngine(context, step, operation.node);
    case "reboot":
      return rebootNode(context, operation.node);
    case "clean-by-hand":
      return cleanByHand(context, operation.node);
    case "plant-flows":
      return plantFlows(context, operation);
    case "exec-order":
      return orderExec(context, operation.node, operation.about, operation.act);
    case "exec-reached":
      return untilExecReached(context, operation.node, operation.about);
    case "exec-release":
      return releaseExec(context, operation.node, operation.about);
    case "gateway-restart":
      return restartGateway(context, operation.node);
    case "engine":
      break;
  }
  switch (operation.action) {
    case "start":
      return startWithSettings(context, operation.node, operation.settings);
    case "kill":
      return killEngine(context, operation.node);
    case "terminate":
      await terminateEngine(context, operation.node);
      await lookNow(context, step, "exited");
      return undefined;
  }
}

function beginStep({ recorder, report, stage }: AttemptContext, step: string): void {
  stage.step = step;
  report(step.replace(/^<(.*)>$/, "$1"));
  recorder.add({ kind: "step", step, state: "begin" });
}

function endStep({ recorder }: AttemptContext, step: string): void {
  recorder.add({ kind: "step", step, state: "end" });
}

async function pause(forMs: number, signal: AbortSignal): Promise<void> {
  if (forMs > 0) await delay(forMs, undefined, { signal });
}

/** Leaves the engines alone: what they still do is on record. */
async function observe({ recorder, signal }: AttemptContext, step: string, forMs: number): Promise<void> {
  recorder.add({ kind: "rest", step, state: "begin" });
  await pause(forMs, signal);
  recorder.add({ kind: "rest", step, state: "end" });
}

/** Whether the engine is not there yet, since this attempt is what an upgrade is compared with: nobody can be expected to do anything. */
function isBeforeEngine({ plan, recorder }: AttemptContext): boolean {
  return plan.fresh === true && eventsOf(recorder.recording(), "engine").length === 0;
}

/** @returns whether the step has settled; where something stays broken over the next step's operations, it has not */
async function runStep(context: AttemptContext, nemesis: Nemesis, step: Step): Promise<boolean> {
  const { name } = step;
  beginStep(context, name);
  await nemesis.begin(name, step.operations);
  for (const [position, operation] of step.operations.entries()) {
    if (operation.afterMs !== undefined) await pause(operation.afterMs, context.signal);
    // A gap that is given is what the scenario is about.
    else if (position > 0) await nemesis.betweenOperations(name);
    await perform(context, name, operation);
  }
  const { expect, traffic = [] } = isBeforeEngine(context) ? { expect: [] } : step;
  let isSettled = await nemesis.afterOperations({ name, expect });
  if (isSettled) {
    await settle(context, { step: name, moment: "step", expect });
    const struck = await nemesis.afterSettled(name);
    if (struck === "again") await settle(context, { step: name, moment: "step", expect });
    isSettled = struck !== "broken";
  }
  if (isSettled) {
    if (context.cluster.theirs === undefined) await checkTraffic(context, name, traffic);
    if (step.observe) await observe(context, name, step.observe.forMs);
  }
  endStep(context, name);
  return isSettled;
}

/** Starts the engines. What they write before the first step belongs to a step of its own where writes are places to strike. */
async function runStart(context: AttemptContext, nemesis: Nemesis): Promise<void> {
  const { scenario, nodes } = context;
  const { indexed, faults } = context.plan;
  if (context.cluster.theirs !== undefined) return findEngines(context);
  if (indexed) await indexWrites(context);
  if (scenario.startEngines === false || context.plan.fresh) return;
  beginStep(context, startStep);
  await nemesis.begin(startStep);
  for (const node of nodes) await startEngine(context, node.ref.name);
  for (const node of nodes) await furnishGateway(context, node.ref.name);
  await nemesis.afterOperations({ name: startStep, expect: [] });
  if (indexed || faults) await untilStill(context, { step: startStep, expect: [] });
  endStep(context, startStep);
}

/** On somebody's cluster the engines run: who finds them there says so. */
async function findEngines({ nodes, recorder }: AttemptContext): Promise<void> {
  for (const { ref } of nodes) recorder.add({ kind: "engine", node: ref.name, state: "found" });
}

/** Records an engine that ended by itself since it was found, and was started again. */
async function lookAtFound({ nodes, cluster, recorder }: AttemptContext): Promise<void> {
  for (const { ref } of nodes) {
    const end = await cluster.theirs?.lookAtEngine(ref.name);
    if (end === undefined) continue;
    const { reason, ...status } = end;
    recorder.add({ kind: "engine", node: ref.name, state: "exited", ...status, logTail: reason });
  }
}

/** A dead or deaf engine leaks nothing: it must still program and remove one more object. */
async function runCanary(context: AttemptContext): Promise<void> {
  const { canary } = context;
  const expect = (present: boolean): Step["expect"] => canary.expect.map((intent) => ({ intent, present }));
  beginStep(context, canaryStep);
  for (const object of canary.needs ?? []) await applyObject(context, canaryStep, object);
  await applyObject(context, canaryStep, canary.object);
  await settle(context, { step: canaryStep, moment: "canary-programmed", expect: expect(true) });
  await deleteObject(context, canaryStep, canary.object.name);
  await settle(context, { step: canaryStep, moment: "canary-removed", expect: expect(false) });
  endStep(context, canaryStep);
}

/** What stays in the API, once leases that nobody renews had the time to expire. */
async function leftoversAtRest(context: AttemptContext): Promise<readonly Leftover[]> {
  const { cluster, infrastructure, profile, worstCaseMs, signal } = context;
  const look = async (): Promise<readonly Leftover[]> =>
    (await cluster.leftovers()).filter(({ target }) => !infrastructure.has(target));
  // One that the engine goes on holding by its own word, and by its whole name, never expires.
  const kept = profile.keepsObjects.filter(({ kind }) => kind === "Lease").map(({ name }) => name);
  const isAtRest = ({ holder = "", target }: Leftover): boolean =>
    holder === "" || kept.includes(target.split("/").at(-1) ?? "");
  const atRest = async (): Promise<readonly Leftover[] | undefined> => {
    const left = await look();
    return left.every(isAtRest) ? left : undefined;
  };
  return until("leases of gone objects expire", atRest, {
    timeoutMs: worstCaseMs,
    everyMs: 200,
    signal,
  }).catch((thrown: unknown) => {
    if (signal.aborted) throw thrown;
    return look();
  });
}

/** Deletes what is left, looks at what the engine made of it, and at what stays in the API. */
async function runEmptying(context: AttemptContext): Promise<void> {
  const { recorder } = context;
  beginStep(context, emptyStep);
  await deleteAll(context, emptyStep);
  await settle(context, { step: emptyStep, moment: "emptied", expect: [] });
  const isOurs = context.cluster.theirs === undefined;
  const [leftovers] = await Promise.all([
    leftoversAtRest(context),
    isOurs ? checkDecoys(context, emptyStep) : lookAtFound(context),
  ]);
  for (const left of leftovers) {
    recorder.add({
      kind: "api-leftover",
      target: left.target,
      state: left.deleting ? "deleting" : "present",
      finalizers: left.finalizers,
      ...(left.holder === undefined ? {} : { holder: left.holder }),
    });
  }
  endStep(context, emptyStep);
}

/**
 * Runs all steps of the attempt's scenario, the canary, and the emptying, and records what happens. The
 * engines are left running.
 */
export async function runScenario(context: AttemptContext, nemesis: Nemesis): Promise<void> {
  const { steps, nodes, recorder, cluster } = context;
  const isOurs = cluster.theirs === undefined;
  await startBeside(context);
  await runStart(context, nemesis);
  let isPlanted = !isOurs;
  for (const step of steps) {
    const isSettled = await runStep(context, nemesis, step);
    // In a step that has not settled, what an engine repairs meanwhile would be taken for ours.
    if (isPlanted || !isSettled) continue;
    isPlanted = true;
    // Nobody has written since the step settled, but where engines were left alone for longer.
    const seen = step.observe === undefined ? lastSeen(context) : await lookNow(context, step.name, "step");
    await plantDecoys(context, "during", seen);
  }
  await nemesis.end();
  if (!isPlanted) {
    await untilStill(context, { step: context.stage.step, expect: [] });
    await plantDecoys(context, "during", await lookNow(context, context.stage.step, "exited"));
  }
  await runCanary(context);
  await runEmptying(context);
  expectBeside(context);
  await Promise.all([cluster.stopControlProbe(), ...nodes.map((node) => node.stopProbes())]);
  recorder.add({ kind: "end" });
}
