import type { Lane } from "../model/lanes.ts";

export const lanePx = 24;

export interface View {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Colours {
  readonly [name: string]: string;
}

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(
    [
      "ink",
      "muted",
      "line",
      "band",
      "bad",
      "step",
      "api",
      "engine-api",
      "fault",
      "engine",
      "write",
      "look",
      "packet",
      "probe",
    ].map((name) => [
      name,
      of(
        name === "ink" || name === "muted" || name === "line" || name === "band" || name === "bad"
          ? name
          : `lane-${name}`,
      ),
    ]),
  );
}

function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  row: number,
  view: View,
  widthPx: number,
  colours: Colours,
): void {
  const scale = widthPx / (view.toMs - view.fromMs);
  const top = row * lanePx;
  const isBand = lane.kind === "step" || lane.kind === "fault" || lane.kind === "probe";
  let lastPx = -1;
  for (const [index, { fromMs, toMs, label, isBad }] of lane.marks.entries()) {
    const x = (fromMs - view.fromMs) * scale;
    const width = Math.max(2, (toMs - fromMs) * scale);
    if (x + width < 0 || x > widthPx) continue;
    // Of many marks on one pixel one is enough.
    if (!isBand && !isBad && Math.round(x) === lastPx) continue;
    lastPx = Math.round(x);
    context.fillStyle = (isBad ? colours["bad"] : colours[lane.kind]) ?? "";
    if (lane.kind === "step") {
      context.globalAlpha = index % 2 === 0 ? 0.22 : 0.12;
      context.fillRect(x, top + 3, width, lanePx - 6);
      context.globalAlpha = 1;
      context.fillStyle = colours["ink"] ?? "";
      const visible = Math.min(x + width, widthPx) - Math.max(x, 0) - 8;
      if (visible > 24 && label !== undefined) {
        context.save();
        context.beginPath();
        context.rect(Math.max(x, 0), top, visible + 6, lanePx);
        context.clip();
        context.fillText(label, Math.max(x, 0) + 4, top + lanePx / 2 + 0.5);
        context.restore();
      }
    } else if (lane.kind === "probe") context.fillRect(x, top + (isBad ? 5 : 10), width, isBad ? 14 : 4);
    else context.fillRect(x, top + 5, isBand ? Math.max(3, width) : 2, lanePx - 10);
  }
}

/** Draws the lanes, each a row, for the part of the time that is in view. */
export function drawLanes(
  canvas: HTMLCanvasElement,
  lanes: readonly Lane[],
  view: View,
  widthPx: number,
): void {
  const ratio = devicePixelRatio;
  const heightPx = lanes.length * lanePx;
  canvas.width = Math.round(widthPx * ratio);
  canvas.height = Math.round(heightPx * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(ratio, ratio);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  const colours = coloursOf(canvas);
  for (const [row, lane] of lanes.entries()) {
    context.fillStyle = colours["line"] ?? "";
    context.fillRect(0, (row + 1) * lanePx - 1, widthPx, 1);
    drawLane(context, lane, row, view, widthPx, colours);
  }
}
