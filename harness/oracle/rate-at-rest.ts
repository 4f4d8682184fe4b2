import { eventsOf, type RecordedEvent, type Recording } from "../model/recording.ts";
import type { Finding } from "../model/verdict.ts";
import { ledgerOf, liveTargetsAt } from "./ledger.ts";
import type { Oracle } from "./oracle.ts";

/** A time in which the engines were left alone. */
interface Rest {
  readonly step: string;
  /** How many objects there were. */
  readonly objects: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What engines did, as times in ms; `tool` counts a process once. */
type Activity = ReadonlyMap<string, readonly number[]>;

/** `PUT leases`, `PATCH services/status`: whatever the object is called. */
function requestClass(method: string, path: string): string {
  const [root, ...parts] = (path.split("?")[0] ?? "").split("/").filter((part) => part !== "");
  const inGroup = parts.slice(root === "apis" ? 2 : 1);
  const [resource = "?", , subresource] =
    inGroup[0] === "namespaces" && inGroup.length > 2 ? inGroup.slice(2) : inGroup;
  return `${method} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
}

function classesOf(event: RecordedEvent): readonly string[] {
  if (event.kind === "engine-write") return [`API requests ${requestClass(event.method, event.path)}`];
  if (event.kind !== "kernel-write" || event.write !== "rules") return [];
  return ["kernel writes"];
}

function activityIn(recording: Recording, { fromMs, toMs }: Rest): Activity {
  const times = new Map<string, number[]>();
  const note = (what: string, atMs: number): void => void times.set(what, [...(times.get(what) ?? []), atMs]);
  const tools = new Set<string>();
  for (const event of recording.events) {
    if (event.atMs < fromMs || event.atMs >= toMs) continue;
    for (const what of classesOf(event)) note(what, event.atMs);
    if (event.kind !== "kernel-write" || event.write !== "rules") continue;
    const tool = `${event.node} ${event.pid}`;
    if (!tools.has(tool)) note("writing tools", event.atMs);
    tools.add(tool);
  }
  return times;
}

function restsOf(recording: Recording): readonly Rest[] {
  const ledger = ledgerOf(recording);
  const events = eventsOf(recording, "rest");
  return events.flatMap((event) => {
    if (event.state !== "begin") return [];
    const end = events.find(({ step, state }) => state === "end" && step === event.step);
    if (end === undefined) return [];
    const objects = liveTargetsAt(ledger, recording.events.indexOf(event)).size;
    return [{ step: event.step, objects, fromMs: event.atMs, toMs: end.atMs }];
  });
}

/** What an engine does each minute of a rest. */
export interface RestRate {
  readonly step: string;
  /** `API requests PUT leases` -> so many a minute. */
  readonly perMinute: Readonly<Record<string, number>>;
}

const perMinute = (count: number, { fromMs, toMs }: Rest): number =>
  Math.round((count * 60_000) / (toMs - fromMs));

/** Figures for reports: what the engines did in each rest of the recording. */
export function restRates(recording: Recording): readonly RestRate[] {
  return restsOf(recording).map((rest) => ({
    step: rest.step,
    perMinute: Object.fromEntries(
      [...activityIn(recording, rest)].map(([what, times]) => [what, perMinute(times.length, rest)]),
    ),
  }));
}

/** How much more is growth: half again, and two for what a window cuts off at its ends. */
const growthFactor = 1.5;
const slack = 2;

/** Whether `times` show a higher rate than `base`, and through the whole rest: a burst that comes by the clock is in one half of it. */
function isGrown(base: readonly number[], baseRest: Rest, times: readonly number[], rest: Rest): boolean {
  const share = (rest.toMs - rest.fromMs) / (baseRest.toMs - baseRest.fromMs);
  const expected = base.length * share;
  const middleMs = (rest.fromMs + rest.toMs) / 2;
  const early = times.filter((atMs) => atMs < middleMs).length;
  const isLasting = Math.min(early, times.length - early) > expected / 2;
  return isLasting && times.length > expected * growthFactor + slack;
}

/** Judged against the first rest, where there are as many objects as then. */
export const rateAtRest: Oracle = {
  name: "rate-at-rest",
  demands:
    "What an idle engine writes to the API and to the kernel each minute does not grow with its history.",
  judge(recording) {
    const [first, ...later] = restsOf(recording);
    if (first === undefined) return [];
    const base = activityIn(recording, first);
    const grown = new Map<string, Finding>();
    for (const rest of later.filter(({ objects }) => objects === first.objects)) {
      for (const [what, times] of activityIn(recording, rest)) {
        const before = base.get(what) ?? [];
        if (grown.has(what) || !isGrown(before, first, times, rest)) continue;
        const [was, is] = [perMinute(before.length, first), perMinute(times.length, rest)];
        const why = `${what} at rest: ${is} a minute, ${was} in step ${first.step} with as many objects`;
        grown.set(what, { oracle: "rate-at-rest", level: "core", why, step: rest.step });
      }
    }
    return [...grown.values()];
  },
};
