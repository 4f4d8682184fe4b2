import type { FaultAction } from "../model/fault.ts";
import { eventsOf, type EventOf, type Recording } from "../model/recording.ts";
import type { Finding } from "../model/verdict.ts";
import { type Span, spansOfFaults } from "./fault-spans.ts";
import type { Oracle } from "./oracle.ts";
import { stepAt } from "./timeline.ts";

type Probe = EventOf<"probe">;

/** Samples that a path needs before the engine and again with it: fewer prove nothing. */
const minimumSamples = 3;

/** A busy machine delays samples and does not lose them; without any for this long, or for the limit, there are none. */
const longestSilenceMs = 5_000;

/** One way to the API server, as one kind of connection sees it. */
interface Path {
  readonly from: string;
  readonly to: string;
  readonly connection: Probe["connection"];
  /** Before the first engine was started. */
  readonly control: readonly Probe[];
  readonly withEngine: readonly Probe[];
  /** Looks with the engine that say nothing, since their prober had no time of the machine's. */
  readonly late: number;
}

/** A stretch in which one way was certainly cut off. */
interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lastError: string;
  readonly failures: number;
}

function firstSpawn(recording: Recording): EventOf<"engine"> | undefined {
  return eventsOf(recording, "engine").find((event) => event.state === "spawned");
}

/**
 * A look gives up after 1,000 ms (harness/probe/api-probe.ts). A miss that took half as long again was made
 * by a prober that had no time of the machine's itself: it is none, and leaves a gap.
 */
const latestMissMs = 1_500;

/** So is a miss while some prober of the attempt stood still for a quarter of that limit: the node's own also carries the others' packets. */
const longStallMs = 250;

/** When a prober stood still, as far as its looks tell. */
function stallsOf(probes: readonly Probe[]): readonly Span[] {
  return probes.filter(({ stalledMs = 0 }) => stalledMs >= longStallMs).map(spanOf);
}

function isLate(probe: Probe, stalls: readonly Span[]): boolean {
  return !probe.ok && (probe.latencyMs > latestMissMs || isDuring(probe, stalls));
}

/** A recording never changes, and its probes outnumber all else: they are sorted once. */
const sorted = new WeakMap<Recording, readonly Path[]>();

function pathsOf(recording: Recording): readonly Path[] {
  const known = sorted.get(recording) ?? sortProbes(recording);
  sorted.set(recording, known);
  return known;
}

function sortProbes(recording: Recording): readonly Path[] {
  const spawnedMs = firstSpawn(recording)?.atMs ?? Number.POSITIVE_INFINITY;
  const all = eventsOf(recording, "probe");
  const stalls = stallsOf(all);
  const groups = Map.groupBy(all, (probe) => [probe.from, probe.to, probe.connection].join(" "));
  return [...groups.values()].flatMap((probes) => {
    const first = probes[0];
    if (first === undefined) return [];
    const { from, to, connection } = first;
    const told = probes.filter((probe) => !isLate(probe, stalls));
    const control = told.filter((probe) => probe.atMs < spawnedMs);
    const withEngine = told.filter((probe) => probe.atMs >= spawnedMs);
    const late = probes.filter(({ atMs }) => atMs >= spawnedMs).length - withEngine.length;
    return [{ from, to, connection, control, withEngine, late }];
  });
}

/** The prober that no rule of a node stands in the way of: what it misses is nobody's doing but the machine's. */
export const controlProber = "control";

/** Faults that take the API server away by themselves: an outage while they are in force is ours. */
const cuttingFaults: ReadonlySet<FaultAction["kind"]> = new Set([
  "api-down",
  "api-server-restart",
  "link-down",
  "node-reboot",
  "node-restarted",
]);

function spanOf(probe: Probe): Span {
  return { fromMs: probe.atMs - probe.latencyMs, toMs: probe.atMs };
}

/** Two probers look at different instants: what one misses hits the other this much earlier or later. */
const marginMs = 500;

function isDuring(probe: Probe, spans: readonly Span[]): boolean {
  const own = spanOf(probe);
  return spans.some((span) => own.fromMs <= span.toMs + marginMs && span.fromMs - marginMs <= own.toMs);
}

/**
 * Runs of failures, each from the beginning of its first look to the end of its last: for that long it
 * is certain. The time to the next answer is left out, since on a busy machine looks come late.
 */
function outagesOf(path: Path, perturbed: readonly Span[]): readonly Outage[] {
  const outages: Outage[] = [];
  let open: Outage | undefined;
  for (const probe of path.withEngine) {
    if (probe.ok || isDuring(probe, perturbed)) {
      if (open !== undefined) outages.push(open);
      open = undefined;
      continue;
    }
    const { fromMs, toMs } = spanOf(probe);
    open = {
      fromMs: open?.fromMs ?? fromMs,
      toMs,
      lastError: probe.error ?? "no answer",
      failures: (open?.failures ?? 0) + 1,
    };
  }
  return open === undefined ? outages : [...outages, open];
}

function longestOf(outages: readonly Outage[]): Outage | undefined {
  return outages.toSorted((left, right) => right.toMs - right.fromMs - (left.toMs - left.fromMs))[0];
}

/** The longest time without a sample while the engine was there; an outage in it would not be seen. */
function longestGapMs(path: Path): number {
  const times = [...path.control.slice(-1), ...path.withEngine];
  const gaps = times.slice(1).map((probe, position) => {
    // A failed look that took long is no gap: it looked all the time.
    return probe.atMs - probe.latencyMs - (times[position]?.atMs ?? probe.atMs);
  });
  return gaps.reduce((longest, gap) => Math.max(longest, gap), 0);
}

function problemsOfPath(path: Path, limitMs: number): readonly string[] {
  const name = `probe from ${path.from} to ${path.to} (${path.connection} connections)`;
  const failed = path.control.filter((probe) => !probe.ok);
  const gapMs = longestGapMs(path);
  return [
    ...(path.control.length < minimumSamples
      ? [`${name}: ${path.control.length} samples before the engine, ${minimumSamples} needed`]
      : []),
    ...(path.withEngine.length < minimumSamples
      ? [`${name}: ${path.withEngine.length} samples with the engine, ${minimumSamples} needed`]
      : []),
    ...(failed.length > 0
      ? [
          `${name}: ${failed.length} failures before the engine was started: ${failed[0]?.error ?? "no answer"}`,
        ]
      : []),
    ...(gapMs > Math.max(limitMs, longestSilenceMs)
      ? [`${name}: no sample for ${Math.round(gapMs)} ms, an outage could hide there`]
      : []),
  ];
}

/** Where the harness itself did not reach the API server for longer than an engine may cut it off. */
function problemsOfControl(path: Path, limitMs: number, cut: readonly Span[]): readonly string[] {
  const longest = longestOf(outagesOf(path, cut));
  if (longest === undefined || longest.toMs - longest.fromMs <= limitMs) return [];
  const lastedMs = Math.round(longest.toMs - longest.fromMs);
  return [
    `perturbed: the API server did not answer the harness itself for ${lastedMs} ms (${longest.lastError})`,
  ];
}

/**
 * Why the probes of this recording cannot tell whether the API server was reachable: no samples, too
 * few, gaps, or failures before there was an engine. Each a sentence; empty where they can. Without
 * an engine there is nothing to tell.
 */
export function probeProblems(recording: Recording): readonly string[] {
  if (firstSpawn(recording) === undefined) return [];
  const paths = pathsOf(recording);
  if (paths.every(({ from }) => from === controlProber)) return ["no probe of the API server was recorded"];
  const limitMs = recording.plan.limits.apiOutageMs;
  const cut = spansOfFaults(recording, cuttingFaults);
  return paths.flatMap((path) =>
    path.from === controlProber ? problemsOfControl(path, limitMs, cut) : problemsOfPath(path, limitMs),
  );
}

function judgePath(recording: Recording, path: Path, perturbed: readonly Span[]): readonly Finding[] {
  // Without a clean control window a failure is nobody's in particular: `probeProblems` says so.
  if (path.control.length < minimumSamples || path.control.some((probe) => !probe.ok)) return [];
  const longest = longestOf(outagesOf(path, perturbed));
  const limitMs = recording.plan.limits.apiOutageMs;
  if (longest === undefined || longest.toMs - longest.fromMs <= limitMs) return [];
  const lastedMs = Math.round(longest.toMs - longest.fromMs);
  return [
    {
      oracle: "api-reachability",
      level: "core",
      why: `the API server is out of reach from ${path.from} for ${lastedMs} ms (${path.connection} connections, limit ${limitMs} ms, ${longest.failures} failures, last: ${longest.lastError})`,
      step: stepAt(
        recording,
        recording.events.findIndex(({ atMs }) => atMs > longest.fromMs),
      ),
      packet: `a packet from ${path.from} to ${path.to} is not answered`,
    },
  ];
}

/** What probes saw of one way to the API server since the engine was first started. */
interface Reached {
  readonly from: string;
  readonly connection: Probe["connection"];
  /** How long each answer took, in ms. */
  readonly answersMs: readonly number[];
  readonly missed: number;
  /** Looks that say nothing of the engine: late ones, and those while it could not be reached by our doing or the machine's. */
  readonly setAside: number;
  /** How long each outage certainly lasted, in ms. */
  readonly outagesMs: readonly number[];
}

/** When a miss is nobody's doing but ours or the machine's: for the control prober, which no engine is in the way of, while a fault of ours cut the API off. */
function perturbedFor(recording: Recording, isControl: boolean): readonly Span[] {
  const cut = spansOfFaults(recording, cuttingFaults);
  if (isControl) return cut;
  const control = pathsOf(recording).filter(({ from }) => from === controlProber);
  const unheard = control.flatMap(({ withEngine }) => withEngine.filter(({ ok }) => !ok).map(spanOf));
  return [...unheard, ...cut];
}

/** The figures behind the judgement, of every way; empty where nothing was probed. */
export function reachedOn(recording: Recording): readonly Reached[] {
  const spans = { control: perturbedFor(recording, true), others: perturbedFor(recording, false) };
  return pathsOf(recording).map((path) => {
    const { from, connection, late } = path;
    const perturbed = from === controlProber ? spans.control : spans.others;
    const sound = path.withEngine.filter((probe) => !isDuring(probe, perturbed));
    const answersMs = sound.flatMap(({ ok, latencyMs }) => (ok ? [latencyMs] : []));
    return {
      from,
      connection,
      answersMs,
      missed: sound.length - answersMs.length,
      setAside: late + path.withEngine.length - sound.length,
      outagesMs: outagesOf(path, perturbed).map(({ fromMs, toMs }) => toMs - fromMs),
    };
  });
}

/** Judged on every path apart: node and pod, new connections and kept ones. */
export const apiReachability: Oracle = {
  name: "api-reachability",
  demands:
    "The API server stays within reach of every node and pod, but for outages within the profile's limit.",
  judge(recording) {
    const perturbed = perturbedFor(recording, false);
    return pathsOf(recording)
      .filter(({ from }) => from !== controlProber)
      .flatMap((path) => judgePath(recording, path, perturbed));
  },
};
