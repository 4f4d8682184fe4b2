import type { Recording } from "../../harness/model/recording.ts";
import { itemKey, type StateItem } from "../../harness/model/state.ts";
import { findingsOf } from "../baseline.ts";
import type { ReportedFinding } from "../finding-schema.ts";
import type { ReportedAttempt } from "../schema.ts";
import { besideOf } from "./beside.ts";
import type { PageFinding } from "./model/page-data.ts";
import { writerOf } from "./writer.ts";

const levels = ["core", "extended", "observed"] as const;

/** The model's item; the schema differs from it in the brands of optional fields only. */
const itemOf = ({ item }: ReportedFinding): StateItem | undefined => item as StateItem | undefined;

/** Findings about one item of one node are one card, told by the first; those of Core come first. */
function groupFindings(attempt: ReportedAttempt): readonly (readonly ReportedFinding[])[] {
  const groups = Map.groupBy(findingsOf(attempt), (finding) => {
    const item = itemOf(finding);
    return `${finding.node ?? ""}\n${item === undefined ? `${finding.oracle}\n${finding.why}\n${finding.step}` : itemKey(item)}`;
  });
  const rank = ([first]: readonly ReportedFinding[]): number => levels.indexOf(first?.level ?? "observed");
  return [...groups.values()]
    .map((group) => group.toSorted((one, other) => levels.indexOf(one.level) - levels.indexOf(other.level)))
    .toSorted((one, other) => rank(one) - rank(other));
}

/**
 * The cards of an attempt: each finding with who wrote its item, and what it stands beside. Pure.
 *
 * @param place - index of the attempt on the page
 * @param recording - of the attempt, where it could be read
 * @param reference - the same world without a fault, where there is one
 */
export function pageFindings(
  attempt: ReportedAttempt,
  place: number,
  recording: Recording | undefined,
  reference: Recording | undefined,
): readonly PageFinding[] {
  return groupFindings(attempt).flatMap(([finding, ...others]) => {
    if (finding === undefined) return [];
    const { item: _, ...told } = finding;
    const item = itemOf(finding);
    const about = {
      step: finding.step,
      ...(item === undefined ? {} : { item }),
      ...(finding.node === undefined ? {} : { node: finding.node }),
    };
    const writer = recording && writerOf(recording, about, finding.snapshot);
    const beside = recording && besideOf(recording, about, finding.snapshot, reference);
    const short = item && {
      family: item.family,
      text: item.text,
      ...(item.table === undefined ? {} : { table: item.table }),
    };
    const also = new Map(others.map(({ oracle, step }) => [`${oracle}\n${step}`, { oracle, step }]));
    return [
      {
        attempt: place,
        finding: { ...told, ...(short === undefined ? {} : { item: short }) },
        also: [...also.values()],
        ...(writer === undefined ? {} : { writer }),
        ...(beside === undefined ? {} : { beside }),
      },
    ];
  });
}
