import type { RecordedEvent, Recording } from "../../harness/model/recording.ts";
import type { PageEvent, ProbeRun } from "./model/page-data.ts";

interface Told {
  readonly lane: PageEvent["lane"];
  readonly node?: string;
  readonly author?: string;
  readonly text: string;
  readonly detail?: string;
  readonly isBad?: boolean;
}

/** The program's name without its folder: who wrote, for people. */
function authorOf(argv: readonly string[]): string {
  return argv[0]?.split("/").at(-1) ?? "(gone)";
}

type Kind = RecordedEvent["kind"];
type Teller = { readonly [K in Kind]?: (event: Extract<RecordedEvent, { kind: K }>) => Told | undefined };

const tellers: Teller = {
  write: ({ verb, target, step, object }) => ({
    lane: "api",
    text: `${verb} ${target}`,
    detail: object === undefined ? `step ${step}` : JSON.stringify(object, null, 1),
  }),
  "engine-write": ({ node, method, path, status, injected }) => ({
    lane: "engine-api",
    node,
    text: `${method} ${path}: ${status === 0 ? "no answer" : status}${injected ? ", by a fault" : ""}`,
  }),
  "kernel-write": ({ node, argv, index, call, what, write, error, unfinished, pid }) => ({
    lane: "write",
    node,
    author: authorOf(argv),
    text: `#${index} ${what}${write === "rules" ? "" : ` (${write})`}${error === undefined ? "" : `: ${error}`}${unfinished ? ", killed inside" : ""}`,
    detail: `${argv.join(" ")}\n${call}, process ${pid}`,
  }),
  "unexplained-change": ({ node, added, removed }) => ({
    lane: "look",
    node,
    text: "the state changed, and no write was seen that explains it",
    detail: [...removed.map((text) => `- ${text}`), ...added.map((text) => `+ ${text}`)].join("\n"),
    isBad: true,
  }),
  fault: ({ node, state, evidence, step }) => ({
    lane: "fault",
    node,
    text: `${state} in step ${step}`,
    ...(evidence === undefined ? {} : { detail: evidence }),
  }),
  engine: ({ node, state, exitCode, signal, logTail }) => ({
    lane: "engine",
    node,
    text: `engine ${state}${exitCode === undefined ? "" : `, exit code ${exitCode}`}${signal === undefined ? "" : `, ${signal}`}`,
    ...(logTail === undefined ? {} : { detail: logTail }),
  }),
  expectation: ({ node, step, expectation, met, waitedMs, matchers }) => ({
    lane: "look",
    node,
    text: `${met ? "met" : "not met"} after ${Math.round(waitedMs)} ms: ${expectation.present ? "" : "no "}${matchers.map(({ title }) => title).join(", ") || expectation.intent.kind}`,
    detail: `step ${step}`,
    isBad: !met,
  }),
  quiet: ({ step, quiet, waitedMs }) => ({
    lane: "look",
    text: quiet ? `quiet after ${Math.round(waitedMs)} ms` : `not quiet within ${Math.round(waitedMs)} ms`,
    detail: `step ${step}`,
  }),
  traffic: ({ step, check, seen, error }) => ({
    lane: "packet",
    ...("node" in check && typeof check.node === "string" ? { node: check.node } : {}),
    text: `packet (${check.kind}): ${seen === undefined ? "nothing arrived" : `seen as ${seen}`}`,
    detail: [`step ${step}`, JSON.stringify(check), ...(error === undefined ? [] : [error])].join("\n"),
  }),
  "decoy-hit": ({ node, decoy, hit, seen }) =>
    hit ? undefined : { lane: "packet", node, text: `decoy not hit: ${decoy}`, detail: seen, isBad: true },
  "api-leftover": ({ target, state, finalizers }) => ({
    lane: "engine-api",
    text: `left over: ${target} (${state}${finalizers.length === 0 ? "" : `, ${finalizers.join(", ")}`})`,
  }),
};

function tell(event: RecordedEvent): Told | undefined {
  // Each teller takes the events of its own kind; the compiler cannot follow that through the lookup.
  const teller = tellers[event.kind] as ((event: RecordedEvent) => Told | undefined) | undefined;
  return teller?.(event);
}

/** Steps as spans: from their begin to their end, or to the last event where they have none. */
function stepEvents({ events }: Recording, textOf: (text: string) => number): readonly PageEvent[] {
  const last = events.at(-1)?.atMs ?? 0;
  return events.flatMap((event, index) => {
    if (event.kind !== "step" || event.state !== "begin") return [];
    const end = events.find(
      (other, at) =>
        at > index && other.kind === "step" && other.state === "end" && other.step === event.step,
    );
    return [{ atMs: event.atMs, endMs: end?.atMs ?? last, lane: "step" as const, text: textOf(event.step) }];
  });
}

/** Faults as spans: from where they bit to where they were healed. */
function faultEnd(recording: Recording, event: RecordedEvent, index: number): number | undefined {
  if (event.kind !== "fault" || event.state !== "fired") return undefined;
  const { events } = recording;
  return events.find(
    (other, at) =>
      at > index &&
      other.kind === "fault" &&
      other.state === "healed" &&
      other.fault === event.fault &&
      other.node === event.node,
  )?.atMs;
}

/**
 * The events of a recording as marks in lanes, in the order of time. Probes are told by `probeRuns`, looks at
 * nodes by `nodeStates`. Pure.
 *
 * @param names - makes numbers of texts and nodes
 */
export function laneEvents(
  recording: Recording,
  names: { readonly text: (text: string) => number; readonly node: (node: string) => number },
): readonly PageEvent[] {
  const marks = recording.events.flatMap((event, index): PageEvent[] => {
    const told = tell(event);
    if (told === undefined) return [];
    const { lane, node, author, text, detail, isBad } = told;
    const endMs = faultEnd(recording, event, index);
    return [
      {
        atMs: event.atMs,
        ...(endMs === undefined ? {} : { endMs }),
        lane,
        ...(node === undefined ? {} : { node: names.node(node) }),
        ...(author === undefined ? {} : { author: names.text(author) }),
        text: names.text(text),
        ...(detail === undefined ? {} : { detail: names.text(detail) }),
        ...(isBad ? { isBad: true as const } : {}),
      },
    ];
  });
  return [...stepEvents(recording, names.text), ...marks].toSorted((one, other) => one.atMs - other.atMs);
}

/** The looks at the API server, a prober each, those together that went alike. Pure. */
export function probeRuns({
  events,
}: Recording): readonly { readonly prober: string; readonly runs: readonly ProbeRun[] }[] {
  const probers = new Map<string, ProbeRun[]>();
  for (const event of events) {
    if (event.kind !== "probe") continue;
    const { from, to, connection, atMs, ok, latencyMs } = event;
    const prober = `${from} to ${to}, ${connection} connection`;
    const runs = probers.get(prober) ?? [];
    probers.set(prober, runs);
    const last = runs.at(-1);
    const run = { fromMs: atMs, toMs: atMs, isOk: ok, count: 1, maxLatencyMs: latencyMs };
    if (last?.isOk !== ok) runs.push(run);
    else
      runs[runs.length - 1] = {
        ...last,
        toMs: atMs,
        count: last.count + 1,
        maxLatencyMs: Math.max(last.maxLatencyMs, latencyMs),
      };
  }
  return [...probers].map(([prober, runs]) => ({ prober, runs }));
}
