import type { CurvePoint, WayTally } from "./tally.ts";
import type { Way } from "./ways.ts";

/** Apart in brightness too, for those who see no colours. */
const strokes: Readonly<Record<Way, { readonly colour: string; readonly dash: string }>> = {
  "kernel-writes": { colour: "#0b5cad", dash: "" },
  "api-writes": { colour: "#c2571a", dash: "7 4" },
  "random-times": { colour: "#5f6b73", dash: "2 3" },
};

const panel = { width: 360, height: 240, left: 56, top: 48, gap: 76 } as const;
const size = {
  width: panel.left + 2 * panel.width + panel.gap + 20,
  height: panel.top + panel.height + 84,
} as const;

interface Axis {
  readonly title: string;
  readonly of: (point: CurvePoint) => number;
}

const minutes: Axis = { title: "minutes", of: ({ ms }) => ms / 60_000 };
const attempts: Axis = { title: "attempts", of: (point) => point.attempts };

/** Round numbers from 0 that reach `most`, five or so: 0, 2, 4, 6 for 5. */
export function ticksTo(most: number): readonly number[] {
  const rough = Math.max(most, 1e-6) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function label(x: number, y: number, text: string, anchor = "middle"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

/** A line that goes up where something new was found, and stays where it was until then. */
function curvePath(
  curve: readonly CurvePoint[],
  axis: Axis,
  place: (x: number, y: number) => string,
): string {
  let before = 0;
  const corners = curve.flatMap((point) => {
    const corner = [place(axis.of(point), before), place(axis.of(point), point.distinct)];
    before = point.distinct;
    return corner;
  });
  return `M${[place(0, 0), ...corners].join("L")}`;
}

function renderPanel(tallies: readonly WayTally[], axis: Axis, left: number): readonly string[] {
  const points = tallies.flatMap(({ curve }) => curve);
  const acrossTicks = ticksTo(Math.max(...points.map(axis.of), axis === attempts ? 5 : 0.1));
  const upTicks = ticksTo(Math.max(...points.map(({ distinct }) => distinct), 5));
  const [right, top] = [acrossTicks.at(-1) ?? 1, upTicks.at(-1) ?? 1];
  const bottom = panel.top + panel.height;
  const across = (x: number): number => left + (x / right) * panel.width;
  const up = (y: number): number => bottom - (y / top) * panel.height;
  return [
    ...upTicks.map(
      (tick) =>
        `<line x1="${left}" x2="${left + panel.width}" y1="${up(tick).toFixed(1)}" y2="${up(tick).toFixed(1)}" stroke="${tick === 0 ? "#333" : "#ddd"}"/>`,
    ),
    ...upTicks.map((tick) => label(left - 8, up(tick) + 4, String(tick), "end")),
    ...acrossTicks.map((tick) => label(across(tick), bottom + 18, String(tick))),
    label(left + panel.width / 2, bottom + 38, axis.title),
    ...tallies.map(({ way, curve }) => {
      const { colour, dash } = strokes[way];
      const path = curvePath(curve, axis, (x, y) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`);
      const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
      return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dashes}/>`;
    }),
  ];
}

/**
 * Distinct findings over attempts and over time, a line for each way, as one SVG file that needs nothing else.
 *
 * @param title - what was killed
 */
export function renderPlot(title: string, tallies: readonly WayTally[]): string {
  const legend = tallies.flatMap(({ way, distinct }, index) => {
    const [x, y] = [panel.left + index * 260, size.height - 16];
    const { colour, dash } = strokes[way];
    return [
      `<line x1="${x}" x2="${x + 34}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="2"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}/>`,
      label(x + 42, y, `${way}: ${distinct}`, "start"),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    `<text x="${panel.left}" y="26" font-size="15">${escaped(`Distinct findings: ${title}`)}</text>`,
    ...renderPanel(tallies, attempts, panel.left),
    ...renderPanel(tallies, minutes, panel.left + panel.width + panel.gap),
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}
