import { useMemo, useState } from "preact/hooks";
import type { VNode } from "preact";
import { lastAt } from "../model/instants.ts";
import type { AttemptData, PageEvent } from "../model/page-data.ts";
import { seconds } from "./parts.tsx";
import { VirtualList } from "./virtual-list.tsx";

const laneWords: Readonly<Record<PageEvent["lane"], string>> = {
  step: "step",
  api: "API",
  "engine-api": "engine → API",
  fault: "fault",
  engine: "engine",
  write: "write",
  look: "look",
  packet: "packet",
};

interface EventListProps {
  readonly data: AttemptData;
  readonly events: readonly PageEvent[];
  readonly atMs: number;
  readonly onMove: (atMs: number) => void;
}

interface RowProps {
  readonly data: AttemptData;
  readonly event: PageEvent;
  readonly place: "current" | "later" | "";
  readonly onMove: (atMs: number) => void;
}

function EventRow({ data, event, place, onMove }: RowProps): VNode {
  const { atMs, lane, author, text, isBad } = event;
  return (
    <div
      role="listitem"
      class={`event ${lane} ${place} ${isBad ? "bad" : ""}`}
      aria-current={place === "current" ? "true" : undefined}
      onClick={() => onMove(atMs)}
    >
      <span class="time">{seconds(atMs)}</span>
      <span class="who">{author === undefined ? laneWords[lane] : data.texts[author]}</span>
      <span class="what">{data.texts[text]}</span>
    </div>
  );
}

/** The event that the playhead is at, told whole. */
function Detail({
  data,
  event,
}: {
  readonly data: AttemptData;
  readonly event: PageEvent | undefined;
}): VNode {
  return (
    <div class="event-detail">
      {event === undefined ? (
        <p class="note">Nothing has happened yet.</p>
      ) : (
        <>
          <p>
            <strong>{data.texts[event.text]}</strong>
          </p>
          {event.detail === undefined ? null : <pre tabIndex={0}>{data.texts[event.detail]}</pre>}
        </>
      )}
    </div>
  );
}

/** What happened, a row an event; the one that the playhead is at is told whole below. */
export function EventList({ data, events, atMs, onMove }: EventListProps): VNode {
  const [lane, setLane] = useState("");
  const present = useMemo(() => [...new Set(events.map((event) => event.lane))], [events]);
  const shown = useMemo(
    () => (lane === "" ? events : events.filter((event) => event.lane === lane)),
    [events, lane],
  );
  const times = useMemo(() => shown.map((event) => event.atMs), [shown]);
  const current = lastAt(times, atMs);
  const row = (index: number): VNode => {
    const event = shown[index];
    const place = index === current ? "current" : index > current ? "later" : "";
    return event === undefined ? (
      <div key={index} />
    ) : (
      <EventRow key={index} data={data} event={event} place={place} onMove={onMove} />
    );
  };
  return (
    <section class="events" aria-labelledby="events-heading">
      <div class="pane-head">
        <h2 id="events-heading">Events</h2>
        <label class="select inline">
          <span>Show</span>
          <select value={lane} onChange={({ currentTarget }) => setLane(currentTarget.value)}>
            <option value="">all</option>
            {present.map((name) => (
              <option key={name} value={name}>
                {laneWords[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <VirtualList label="Events of this node" count={shown.length} rowPx={24} focus={current} row={row} />
      <Detail data={data} event={shown[current]} />
    </section>
  );
}
