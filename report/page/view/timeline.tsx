import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { VNode } from "preact";
import { neighbour, nearest } from "../model/instants.ts";
import type { Lane } from "../model/lanes.ts";
import { drawLanes, lanePx, type View } from "./lane-canvas.ts";
import { seconds } from "./parts.tsx";

interface TimelineProps {
  readonly lanes: readonly Lane[];
  readonly durationMs: number;
  readonly atMs: number;
  /** Of all events, sorted: arrow keys go from one to the next. */
  readonly times: readonly number[];
  /** Of the looks that found a difference: page keys go from one to the next. */
  readonly changes: readonly number[];
  /** What is at `atMs`, for who cannot see it. */
  readonly words: string;
  readonly onMove: (atMs: number) => void;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

function zoomed({ fromMs, toMs }: View, factor: number, aroundMs: number, durationMs: number): View {
  const span = clamp((toMs - fromMs) * factor, Math.min(20, durationMs), durationMs);
  const share = (aroundMs - fromMs) / (toMs - fromMs);
  const start = clamp(aroundMs - span * clamp(share, 0, 1), 0, durationMs - span);
  return { fromMs: start, toMs: start + span };
}

/** The view, moved so that the playhead is in it. */
function following(view: View, atMs: number, durationMs: number): View {
  if (atMs >= view.fromMs && atMs <= view.toMs) return view;
  const span = view.toMs - view.fromMs;
  const start = clamp(atMs - span / 2, 0, durationMs - span);
  return { fromMs: start, toMs: start + span };
}

const zooms: Readonly<Record<string, number>> = { "+": 0.5, "=": 0.5, "-": 2 };

/** Where a key leads to; undefined for keys that are none of the scrubber's. */
function keyTarget(key: string, { atMs, times, changes, durationMs }: TimelineProps): number | undefined {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return neighbour(times, atMs, 1);
    case "ArrowLeft":
    case "ArrowDown":
      return neighbour(times, atMs, -1);
    case "PageDown":
    case "n":
      return neighbour(changes, atMs, 1);
    case "PageUp":
    case "p":
      return neighbour(changes, atMs, -1);
    case "Home":
      return 0;
    case "End":
      return durationMs;
    default:
      return undefined;
  }
}

function Zoom({
  onZoom,
  onFit,
}: {
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
}): VNode {
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <button type="button" class="quiet" onClick={() => onZoom(0.5)} aria-label="Zoom in">
        +
      </button>
      <button type="button" class="quiet" onClick={() => onZoom(2)} aria-label="Zoom out">
        −
      </button>
      <button type="button" class="quiet" onClick={onFit}>
        Fit
      </button>
    </div>
  );
}

/** The width of an element, followed. */
function useWidth(): readonly [ref: { current: HTMLDivElement | null }, widthPx: number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** The canvas with the lanes, drawn anew where they, their part of the time, the size or the colours change. */
function Lanes({
  lanes,
  view,
  widthPx,
}: {
  readonly lanes: readonly Lane[];
  readonly view: View;
  readonly widthPx: number;
}): VNode {
  const [theme, setTheme] = useState(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const redraw = (): void => setTheme((count) => count + 1);
    addEventListener("themechange", redraw);
    return () => removeEventListener("themechange", redraw);
  }, []);
  useLayoutEffect(() => {
    if (canvas.current !== null && widthPx > 0) drawLanes(canvas.current, lanes, view, widthPx);
  }, [lanes, view.fromMs, view.toMs, widthPx, theme]);
  const heightPx = lanes.length * lanePx;
  return (
    <canvas ref={canvas} style={{ width: `${widthPx}px`, height: `${heightPx}px` }} aria-hidden="true" />
  );
}

interface TrackProps extends TimelineProps {
  readonly view: View;
  readonly onZoom: (factor: number) => void;
}

/** The lanes as one slider: pointer and keys move the playhead. */
function Track(props: TrackProps): VNode {
  const { lanes, durationMs, atMs, times, words, view, onMove, onZoom } = props;
  const [track, widthPx] = useWidth();
  const msPerPx = (view.toMs - view.fromMs) / Math.max(1, widthPx);
  const follow = (event: PointerEvent): void => {
    const left = track.current?.getBoundingClientRect().left ?? 0;
    const ms = clamp(view.fromMs + (event.clientX - left) * msPerPx, 0, durationMs);
    onMove(nearest(times, ms, 5 * msPerPx));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = keyTarget(event.key, props);
    const factor = zooms[event.key];
    const isOurs = target !== undefined || factor !== undefined;
    if (event.ctrlKey || event.metaKey || event.altKey || !isOurs) return;
    event.preventDefault();
    if (target !== undefined) onMove(target);
    else if (factor !== undefined) onZoom(factor);
  };
  return (
    <div
      ref={track}
      class="track"
      id="scrubber"
      role="slider"
      tabIndex={0}
      aria-label="Time of the attempt. Arrow keys go to the next event, page keys to the next change of the node's state."
      aria-valuemin={0}
      aria-valuemax={Math.round(durationMs)}
      aria-valuenow={Math.round(atMs)}
      aria-valuetext={words}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        follow(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
      }}
    >
      <Lanes lanes={lanes} view={view} widthPx={widthPx} />
      <div
        class="playhead"
        style={{ transform: `translateX(${(atMs - view.fromMs) / msPerPx}px)` }}
        aria-hidden="true"
      />
    </div>
  );
}

/** Lanes over time, with a playhead, the time that it is at, and the part of the time that is seen. */
export function Timeline(props: TimelineProps): VNode {
  const { lanes, durationMs, atMs } = props;
  const [chosen, setView] = useState<View>({ fromMs: 0, toMs: durationMs });
  const view = following(chosen, atMs, durationMs);
  const zoom = (factor: number): void => setView(zoomed(view, factor, atMs, durationMs));
  return (
    <div class="timeline">
      <div class="lane-head">
        <span class="clock" aria-hidden="true">
          {seconds(atMs)}
        </span>
        <Zoom onZoom={zoom} onFit={() => setView({ fromMs: 0, toMs: durationMs })} />
      </div>
      <div class="lanes">
        <div class="lane-names" aria-hidden="true">
          {lanes.map(({ name }) => (
            <div key={name} title={name}>
              {name}
            </div>
          ))}
        </div>
        <Track {...props} view={view} onZoom={zoom} />
      </div>
      <div class="lane-foot" aria-hidden="true">
        <span>{seconds(view.fromMs)}</span>
        <span>{seconds(view.toMs)}</span>
      </div>
    </div>
  );
}
