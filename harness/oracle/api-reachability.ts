import { eventsOf, type EventOf, type Recording } from "../model/recording.ts";
import type { Finding } from "../model/verdict.ts";
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
}

interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lastError: string;
  readonly failures: number;
}

function firstSpawn(recording: Recording): EventOf<"engine"> | undefined {
  return eventsOf(recording, "engine").find((event) => event.state === "spawned");
}

function pathsOf(recording: Recording): readonly Path[] {
  const spawnedMs = firstSpawn(recording)?.atMs ?? Number.POSITIVE_INFINITY;
  const groups = Map.groupBy(eventsOf(recording, "probe"), (probe) =>
    [probe.from, probe.to, probe.connection].join(" "),
  );
  return [...groups.values()].flatMap((probes) => {
    const first = probes[0];
    if (first === undefined) return [];
    const { from, to, connection } = first;
    const control = probes.filter((probe) => probe.atMs < spawnedMs);
    const withEngine = probes.filter((probe) => probe.atMs >= spawnedMs);
    return [{ from, to, connection, control, withEngine }];
  });
}

/** From the last answer before the first failure of each run of failures to the first answer after it, or to the end. */
function outagesOf(path: Path, endMs: number): readonly Outage[] {
  const outages: Outage[] = [];
  let lastOkMs = path.control.at(-1)?.atMs ?? path.withEngine[0]?.atMs ?? 0;
  let open: Outage | undefined;
  for (const probe of path.withEngine) {
    if (!probe.ok) {
      const lastError = probe.error ?? "no answer";
      open = {
        fromMs: open?.fromMs ?? lastOkMs,
        toMs: endMs,
        lastError,
        failures: (open?.failures ?? 0) + 1,
      };
      continue;
    }
    if (open !== undefined) outages.push({ ...open, toMs: probe.atMs });
    open = undefined;
    lastOkMs = probe.atMs;
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

/**
 * Why the probes of this recording cannot tell whether the API server was reachable: no samples, too
 * few, gaps, or failures before there was an engine. Each a sentence; empty where they can. Without
 * an engine there is nothing to tell.
 */
export function probeProblems(recording: Recording): readonly string[] {
  if (firstSpawn(recording) === undefined) return [];
  const paths = pathsOf(recording);
  if (paths.length === 0) return ["no probe of the API server was recorded"];
  return paths.flatMap((path) => problemsOfPath(path, recording.plan.limits.apiOutageMs));
}

function judgePath(recording: Recording, path: Path, endMs: number): readonly Finding[] {
  // Without a clean control window a failure is nobody's in particular: `probeProblems` says so.
  if (path.control.length < minimumSamples || path.control.some((probe) => !probe.ok)) return [];
  const longest = longestOf(outagesOf(path, endMs));
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

/** Judged on every path apart: node and pod, new connections and kept ones. */
export const apiReachability: Oracle = {
  name: "api-reachability",
  demands:
    "The API server stays within reach of every node and pod, but for outages within the profile's limit.",
  judge(recording) {
    const endMs = recording.events.at(-1)?.atMs ?? 0;
    return pathsOf(recording).flatMap((path) => judgePath(recording, path, endMs));
  },
};
