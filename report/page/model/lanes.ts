import type { AttemptData, PageEvent } from "./page-data.ts";

/** A row of the time line with its marks. */
export interface Lane {
  readonly name: string;
  readonly kind: PageEvent["lane"] | "probe";
  readonly marks: readonly Mark[];
}

interface Mark {
  readonly fromMs: number;
  /** The same as `fromMs` for what does not last. */
  readonly toMs: number;
  readonly label?: string;
  readonly isBad: boolean;
}

const names: readonly (readonly [kind: PageEvent["lane"], name: string])[] = [
  ["step", "Steps"],
  ["api", "API operations"],
  ["engine-api", "Engine to API"],
  ["fault", "Faults"],
  ["engine", "Engine"],
];

const markOf = (event: PageEvent, label?: string): Mark => ({
  fromMs: event.atMs,
  toMs: event.endMs ?? event.atMs,
  ...(label === undefined ? {} : { label }),
  isBad: event.isBad === true,
});

/** The API probe as one lane: where any prober missed, it is bad. */
function probeLane({ probes }: AttemptData): readonly Lane[] {
  if (probes.length === 0) return [];
  const runs = probes.flatMap((prober) => prober.runs);
  const span = (isOk: boolean): readonly Mark[] =>
    runs
      .filter((run) => run.isOk === isOk)
      .map((run) => ({ fromMs: run.fromMs, toMs: run.toMs, isBad: !isOk }));
  return [{ name: "API probe", kind: "probe", marks: [...span(true), ...span(false)] }];
}

/**
 * The lanes of a node's time line: what happened to it, who wrote on it, a lane an author, when it was looked at,
 * and whether the API server answered. Lanes without marks are left out. Pure.
 *
 * @param events - of the node
 */
export function lanesOf(data: AttemptData, events: readonly PageEvent[], node: number): readonly Lane[] {
  const textOf = (index: number): string => data.texts[index] ?? "";
  const plain = names.map(([kind, name]) => ({
    name,
    kind,
    marks: events
      .filter((event) => event.lane === kind)
      .map((event) => markOf(event, kind === "step" ? textOf(event.text) : undefined)),
  }));
  const writes = Map.groupBy(
    events.filter(({ lane }) => lane === "write"),
    ({ author }) => author ?? -1,
  );
  const authors = [...writes].map(([author, own]) => ({
    name: `Writes: ${textOf(author)}`,
    kind: "write" as const,
    marks: own.map((event) => markOf(event)),
  }));
  const looks = (data.states[node] ?? []).map(({ atMs }) => ({ fromMs: atMs, toMs: atMs, isBad: false }));
  const packets = events.filter(({ lane }) => lane === "packet").map((event) => markOf(event));
  return [
    ...plain,
    ...authors,
    { name: "Looks at the node", kind: "look" as const, marks: looks },
    { name: "Packets", kind: "packet" as const, marks: packets },
    ...probeLane(data),
  ].filter(({ marks }) => marks.length > 0);
}
