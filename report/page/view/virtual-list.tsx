import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { VNode } from "preact";

interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  /** Height of every row, in px. */
  readonly rowPx: number;
  readonly row: (index: number) => VNode;
  /** Brought into sight whenever it changes. */
  readonly focus?: number;
  readonly role?: "list" | "listbox";
  readonly class?: string;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/** The most that a list is high; a short one is as high as its rows, and a scroll bar below them, in px. */
const heightRem = 24;
const spare = 18;
/** Rows outside of sight that are made nevertheless, on both sides. */
const margin = 12;

/** A list of any length: only the rows in sight are in the document. */
export function VirtualList({
  label,
  count,
  rowPx,
  row,
  focus,
  role,
  class: name,
  onKeyDown,
}: VirtualListProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || focus === undefined || focus < 0) return;
    const [from, to] = [focus * rowPx, (focus + 1) * rowPx];
    const isSeen = from >= element.scrollTop && to <= element.scrollTop + element.clientHeight;
    if (!isSeen) element.scrollTop = Math.max(0, from - element.clientHeight / 2);
  }, [focus, rowPx, count]);
  const first = Math.max(0, Math.floor(top / rowPx) - margin);
  const last = Math.min(count, Math.ceil((top + height) / rowPx) + margin);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return (
    <div
      ref={box}
      class={`virtual ${name ?? ""}`}
      role="region"
      aria-label={label}
      tabIndex={0}
      style={{ height: `min(${heightRem}rem, ${Math.max(1, count) * rowPx + spare}px)` }}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      {...(onKeyDown === undefined ? {} : { onKeyDown })}
    >
      <div class="runway" role={role ?? "list"} aria-label={label} style={{ height: `${count * rowPx}px` }}>
        <div class="window" role="presentation" style={{ transform: `translateY(${first * rowPx}px)` }}>
          {rows.map((index) => row(index))}
        </div>
      </div>
    </div>
  );
}
