import { renderItem } from "../harness/model/state.ts";
import type { ReportedFinding } from "./finding-schema.ts";

/** A time of an attempt: "1.2 s". */
function renderSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A finding as lines: the sentence, then what proves it, a field a line. */
export function renderFinding(finding: ReportedFinding): readonly string[] {
  const { item, owner, node, firstSeen, packet, snapshot, step, known, waived } = finding;
  const seen = firstSeen && `in step "${firstSeen.step}", ${renderSeconds(firstSeen.atMs)} after the start`;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["rule", item && renderItem(item)],
    ["owner", owner],
    ["node", node],
    ["first seen", seen],
    ["judged", `in step "${step}"`],
    ["packet", packet],
    ["snapshot", snapshot],
  ];
  const marks = [
    ...(finding.level === "core" ? [] : [finding.level]),
    ...(known === true ? ["known"] : []),
    ...(waived ? [`waived until ${waived.until}, ${waived.issue}`] : []),
  ];
  const mark = marks.length === 0 ? "" : ` (${marks.join(", ")})`;
  const rows = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(10)} ${value}`],
  );
  return [`${finding.oracle}${mark}: ${finding.why}`, ...rows];
}
