import { setTimeout as delay } from "node:timers/promises";
import type { InjectedRule } from "../kube/api-rules.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { Operation } from "../model/scenario.ts";
import type { Verdict } from "../model/verdict.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { endHolds, strikesHeld } from "./write-hold.ts";
import { untilStill } from "./settle.ts";
import {
  arm,
  awaitStrike,
  conclude,
  heal,
  inject,
  type Strike,
  type StruckStep,
  waitingAt,
} from "./strike.ts";

/**
 * How the engine hears of the operations of a step in which it is struck at a write, try by try. What it does for each of two objects, or for
 * both in one round, is a matter of some milliseconds, and so are the states in between: where the point's state
 * did not come about as it came when it was recorded, the engine hears of all at once, or of one after it
 * has done what it does for the one before.
 */
const waysToHear = ["as-sent", "all-at-once", "as-sent", "one-by-one"] as const;

/** How often an attempt is run that did not strike where it was to. */
export const triesToStrike = waysToHear.length;

/** Does what a plan's faults say, when they say it. */
export interface Nemesis {
  /** Before the operations of a step. */
  begin(step: string, operations?: readonly Operation[]): Promise<void>;
  /** Between two operations of a step. */
  betweenOperations(step: string): Promise<void>;
  /**
   * After the operations of a step: heals what the step before has left broken, strikes, and heals.
   *
   * @returns false where something stays broken over the next step's operations: this step does not settle
   */
  afterOperations(step: StruckStep): Promise<boolean>;
  /** @returns `again` where something struck and was healed: the step is to settle once more; `broken` where it stays broken over the next step's operations */
  afterSettled(step: string): Promise<"nothing" | "again" | "broken">;
  /** Heals what is still broken when the last step is over. */
  end(): Promise<void>;
  /** What did not come about, where something did not. */
  notExercised(): Extract<Verdict, { kind: "not-exercised" }> | undefined;
}

type At = PlannedFault["trigger"]["at"];

/** The strikes of a plan, and the one that stays in force over the next step's operations. */
interface Campaign {
  readonly context: AttemptContext;
  readonly strikes: readonly Strike[];
  carried: Strike | undefined;
  /** Events of the API that engines have not heard of yet. */
  withheld: readonly InjectedRule[];
}

function strikesAt({ strikes }: Campaign, step: string, ...at: readonly At[]): readonly Strike[] {
  return strikes.filter(({ planned }) => planned.step === step && at.includes(planned.trigger.at));
}

async function healOrCarry(campaign: Campaign, strike: Strike): Promise<void> {
  const { context } = campaign;
  if (strike.planned.heal === "next-step") campaign.carried = strike;
  else {
    if (strike.outcome === undefined) await conclude(context, strike);
    await heal(context, strike);
  }
}

/** What is broken over the next step's operations may bite only on those: it is asked for when they were sent. */
async function healCarried(campaign: Campaign): Promise<void> {
  const { context, carried } = campaign;
  campaign.carried = undefined;
  if (!carried) return;
  if (carried.outcome === undefined) await conclude(context, carried);
  await heal(context, carried);
}

/** What strikes by itself strikes one after the other: the next waits for the recovery from the one before. */
async function awaitStrikes(campaign: Campaign, step: StruckStep): Promise<void> {
  const { context } = campaign;
  const waiting = strikesAt(campaign, step.name, ...waitingAt);
  for (const [position, strike] of waiting.entries()) {
    await awaitStrike(context, step, strike);
    const isLast = campaign.strikes.every((each) => each.outcome !== undefined || !strikesHeld(each.planned));
    if (isLast) endHolds(context);
    const next = waiting[position + 1];
    if (next) arm(context, next);
    if (next) await heal(context, strike);
    else await healOrCarry(campaign, strike);
  }
}

function wayToHear({ tries }: AttemptContext): (typeof waysToHear)[number] {
  return waysToHear[tries - 1] ?? "as-sent";
}

/** Of gaps that are given, and of engines that are started meanwhile, the engine is to hear when they come. */
function areSentAtOnce(operations: readonly Operation[]): boolean {
  const isPlain = ({ op, afterMs }: Operation): boolean =>
    (op === "apply" || op === "delete") && afterMs === undefined;
  return operations.length > 1 && operations.every(isPlain);
}

function withhold(campaign: Campaign, step: string, operations: readonly Operation[]): void {
  const { context } = campaign;
  const isMeant = wayToHear(context) === "all-at-once" && areSentAtOnce(operations);
  if (!isMeant || strikesAt(campaign, step, "kernel-write").length === 0) return;
  campaign.withheld = [...context.engines.values()].map(({ access }) =>
    access.faults.inject({ kind: "stale" }),
  );
}

function tellWithheld(campaign: Campaign): void {
  for (const rule of campaign.withheld) rule.remove();
  campaign.withheld = [];
}

async function betweenOperations(campaign: Campaign, step: string): Promise<void> {
  const { context } = campaign;
  const atWrites = strikesAt(campaign, step, "kernel-write");
  if (wayToHear(context) !== "one-by-one" || atWrites.length === 0) return;
  await untilStill(context, { step, expect: [] }, () =>
    atWrites.some(({ striking }) => striking !== undefined),
  );
}

async function afterOperations(campaign: Campaign, step: StruckStep): Promise<boolean> {
  const { context } = campaign;
  tellWithheld(campaign);
  await healCarried(campaign);
  const sent = strikesAt(campaign, step.name, "operations-sent", "elapsed");
  for (const strike of sent) {
    const { trigger } = strike.planned;
    if (trigger.at === "elapsed") await delay(trigger.ms, undefined, { signal: context.signal });
    await inject(context, strike);
  }
  await awaitStrikes(campaign, step);
  for (const strike of [...strikesAt(campaign, step.name, "step-begin"), ...sent]) {
    await healOrCarry(campaign, strike);
  }
  return campaign.carried === undefined || campaign.carried.injected.length === 0;
}

async function afterSettled(campaign: Campaign, step: string): ReturnType<Nemesis["afterSettled"]> {
  const { context } = campaign;
  const now = strikesAt(campaign, step, "settled");
  for (const strike of now) {
    await inject(context, strike);
    await healOrCarry(campaign, strike);
  }
  if (campaign.carried !== undefined) return "broken";
  return now.length > 0 ? "again" : "nothing";
}

function notExercised(strikes: readonly Strike[]): ReturnType<Nemesis["notExercised"]> {
  const open = strikes.filter(({ outcome }) => outcome !== "fired");
  if (open.length === 0) return undefined;
  const told = open.map(({ planned, outcome, evidence }) => {
    const what = outcome === "overshoot" ? "overshot" : "did not fire";
    const seen = evidence === undefined ? "" : `: ${evidence}`;
    return `${planned.action.kind} in step ${planned.step} ${what}${seen}`;
  });
  const reason = open.some(({ outcome }) => outcome === "overshoot") ? "overshoot" : "fault";
  return { kind: "not-exercised", reason, detail: told.join("; ") };
}

/** The nemesis of one attempt, for the faults of its plan; without faults it does nothing. */
export function createNemesis(context: AttemptContext): Nemesis {
  const strikes = (context.plan.faults ?? []).map(
    (planned, index): Strike => ({ index, planned, injected: [], disarm: () => undefined }),
  );
  const campaign: Campaign = { context, strikes, carried: undefined, withheld: [] };
  return {
    async begin(step, operations = []) {
      withhold(campaign, step, operations);
      for (const strike of strikesAt(campaign, step, "step-begin")) await inject(context, strike);
      const [first] = strikesAt(campaign, step, ...waitingAt);
      if (first) arm(context, first);
    },
    betweenOperations: (step) => betweenOperations(campaign, step),
    afterOperations: (step) => afterOperations(campaign, step),
    afterSettled: (step) => afterSettled(campaign, step),
    end: () => healCarried(campaign),
    notExercised: () => notExercised(strikes),
  };
}
