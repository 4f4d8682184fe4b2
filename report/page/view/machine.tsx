import { useEffect, useMemo, useState } from "preact/hooks";
import type { VNode } from "preact";
import { eventsFor, lastAt, sortedTimes } from "../model/instants.ts";
import { lanesOf } from "../model/lanes.ts";
import { changingTables, NodeStates, tableOf } from "../model/node-states.ts";
import type { AttemptData, PageAttempt, PageData, PageEvent, PageState } from "../model/page-data.ts";
import { renderRoute, type Route } from "../model/route.ts";
import { missingWords } from "./attempts.tsx";
import { EventList } from "./event-list.tsx";
import { loadMachine } from "./load-data.ts";
import { CopyLine, seconds, VerdictChip } from "./parts.tsx";
import { Tables } from "./tables.tsx";
import { Timeline } from "./timeline.tsx";
import { setParams } from "./use-route.ts";

type Params = Route["params"];

/** The node of the address; else that of the first finding, else the first. */
function nodeOf({ nodes, wrong }: AttemptData, params: Params): number {
  const named = nodes.indexOf(params["node"] ?? "");
  return named >= 0 ? named : (wrong[0]?.node ?? 0);
}

/** The time of the address; else the end of its step, or of that of the first finding; else the last look. */
function timeOf(data: AttemptData, node: number, states: readonly PageState[], params: Params): number {
  const given = Number(params["t"]);
  if (params["t"] !== undefined && Number.isFinite(given))
    return Math.min(Math.max(0, given), data.durationMs);
  const wrong = data.wrong.find((one) => one.node === node)?.step;
  const wanted = params["step"] ?? (wrong === undefined ? undefined : data.texts[wrong]);
  const ofStep = states.findLast(({ step }) => data.texts[step] === wanted);
  return (ofStep ?? states.at(-1))?.atMs ?? 0;
}

function tableFor(data: AttemptData, node: number, states: readonly PageState[], params: Params): string {
  if (params["table"] !== undefined) return params["table"];
  const item = data.wrong.find((one) => one.node === node)?.item;
  if (item !== undefined) return tableOf(data, item);
  return [...changingTables(data, states)][0] ?? [data.places[0]?.[0], data.places[0]?.[1]].join(" ").trim();
}

/** With which look the one that is shown is compared. */
function againstOf(shown: number, params: Params, states: NodeStates): number {
  if (params["against"] === "start") return Math.min(shown, 1);
  const pinned = Number(params["against"]);
  if (params["against"] !== undefined && Number.isFinite(pinned)) return states.indexAt(pinned);
  return shown - 1;
}

function Against({ value, lookMs }: { readonly value: string; readonly lookMs: number | undefined }): VNode {
  const isPinned = value !== "" && value !== "start";
  return (
    <label class="select inline">
      <span>Compare with</span>
      <select
        id="against"
        value={value}
        onChange={({ currentTarget }) => setParams({ against: currentTarget.value })}
      >
        <option value="">the look before</option>
        <option value="start">before the engine</option>
        {isPinned ? <option value={value}>{seconds(Number(value))}</option> : null}
        {lookMs === undefined || String(lookMs) === value ? null : (
          <option value={`${lookMs}`}>this look ({seconds(lookMs)})</option>
        )}
      </select>
    </label>
  );
}

function wordsAt(data: AttemptData, event: PageEvent | undefined, atMs: number): string {
  const author = event?.author === undefined ? "" : ` by ${data.texts[event.author] ?? ""}`;
  return event === undefined
    ? seconds(atMs)
    : `${seconds(atMs)}: ${event.lane}, ${data.texts[event.text] ?? ""}${author}`;
}

function Machine({ data, params }: { readonly data: AttemptData; readonly params: Params }): VNode {
  const node = nodeOf(data, params);
  const events = useMemo(() => eventsFor(data, node), [data, node]);
  const eventTimes = useMemo(() => events.map((event) => event.atMs), [events]);
  const states = useMemo(() => new NodeStates(data.states[node] ?? []), [data, node]);
  const lanes = useMemo(() => lanesOf(data, events, node), [data, events, node]);
  const times = useMemo(() => sortedTimes([...events, ...states.states]), [events, states]);
  const changes = useMemo(() => sortedTimes(states.states.filter(({ edits }) => edits.length > 0)), [states]);
  const atMs = timeOf(data, node, states.states, params);
  const table = useMemo(
    () => tableFor(data, node, states.states, params),
    [data, node, states, params["table"]],
  );
  const shown = states.indexAt(atMs);
  const move = (ms: number): void => setParams({ t: `${ms}`, step: "" });
  return (
    <>
      {data.nodes.length < 2 ? null : (
        <div class="nodes machine-head" role="group" aria-label="Node">
          {data.nodes.map((name, index) => (
            <button
              key={name}
              type="button"
              aria-pressed={index === node}
              onClick={() => setParams({ node: name, table: "" })}
            >
              {name}
            </button>
          ))}
        </div>
      )}
      <section aria-label="Time line">
        <Timeline
          lanes={lanes}
          durationMs={data.durationMs}
          atMs={atMs}
          times={times}
          changes={changes}
          words={wordsAt(data, events[lastAt(eventTimes, atMs)], atMs)}
          onMove={move}
        />
      </section>
      <div class="panes">
        <EventList data={data} events={events} atMs={atMs} onMove={move} />
        <Tables
          data={data}
          node={node}
          states={states}
          shown={shown}
          against={againstOf(shown, params, states)}
          table={table}
          atMs={atMs}
        >
          <Against value={params["against"] ?? ""} lookMs={states.states[shown]?.atMs} />
        </Tables>
      </div>
    </>
  );
}

function Head({
  page,
  attempt,
  index,
}: {
  readonly page: PageData;
  readonly attempt: PageAttempt;
  readonly index: number;
}): VNode {
  const own = page.findings.flatMap((finding, number) =>
    finding.attempt === index ? [{ finding, number }] : [],
  );
  return (
    <header class="attempt-head">
      <p class="kicker">
        <a href="#" id="back">
          ← Report
        </a>{" "}
        · {attempt.level} · <code>{attempt.engine}</code> · {attempt.id}
      </p>
      <h1>
        {attempt.scenario} <VerdictChip kind={attempt.kind} />
      </h1>
      {attempt.faults?.map(({ what, evidence }, at) => (
        <p key={at} class="where">
          {what}
          {evidence === undefined ? null : <span class="note block">{evidence}</span>}
        </p>
      ))}
      {attempt.detail === undefined ? null : <p class="where">{attempt.detail}</p>}
      {own.length === 0 ? null : (
        <details class="own-findings">
          <summary>
            {own.length} {own.length === 1 ? "finding" : "findings"}
          </summary>
          <ul>
            {own.map(({ finding, number }) => (
              <li key={number}>
                <a href={renderRoute({ view: "finding", id: `${number}`, params: {} })}>
                  {finding.finding.oracle}: {finding.finding.why}
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
      <CopyLine text={attempt.replay} label="the command that shows it again" />
    </header>
  );
}

/** An attempt with its time machine, where it is on the page. */
export function AttemptView({ page, route }: { readonly page: PageData; readonly route: Route }): VNode {
  const index = page.attempts.findIndex(({ id }) => id === route.id);
  const attempt = page.attempts[index];
  const [data, setData] = useState<
    { readonly index: number; readonly machine: AttemptData | undefined } | undefined
  >();
  useEffect(() => {
    let isWanted = true;
    void loadMachine(index).then((machine) => isWanted && setData({ index, machine }));
    return () => {
      isWanted = false;
    };
  }, [index]);
  if (attempt === undefined)
    return (
      <main id="main">
        <h1>No such attempt</h1>
        <p>
          This report has no attempt {route.id}. <a href="#">Back to the report</a>
        </p>
      </main>
    );
  const isReady = data?.index === index;
  return (
    <main id="main" class="attempt" tabIndex={-1}>
      <Head page={page} attempt={attempt} index={index} />
      {isReady && data.machine ? <Machine key={index} data={data.machine} params={route.params} /> : null}
      {isReady && data.machine === undefined ? (
        <p class="note">
          No time machine: {missingWords(attempt)}. The evidence lies in {attempt.evidence ?? "no file"}.
        </p>
      ) : null}
    </main>
  );
}
