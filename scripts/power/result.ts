import type { JournalLine } from "./journal.ts";
import type { PowerResult } from "./table.ts";
import { tallyFindings, tallyWay, type Tried } from "./tally.ts";
import { ways } from "./ways.ts";

function linesOf<K extends JournalLine["kind"]>(
  journal: readonly JournalLine[],
  kind: K,
): readonly Extract<JournalLine, { kind: K }>[] {
  return journal.filter((line): line is Extract<JournalLine, { kind: K }> => line.kind === kind);
}

/** Every attempt with a kill, in the order in which they ended. */
export function triedIn(journal: readonly JournalLine[]): readonly Tried[] {
  return linesOf(journal, "tried").map(({ tried }) => tried);
}

/** What a journal comes to. Pure. */
export function resultOf(
  asked: Pick<PowerResult, "startedAt" | "engine" | "seed" | "clusters" | "timeMs" | "isInterrupted">,
  journal: readonly JournalLine[],
): PowerResult {
  const tried = triedIn(journal);
  return {
    version: 1,
    ...asked,
    faultFree: linesOf(journal, "fault-free").map(({ scenario, keys }) => ({ scenario, keys })),
    leftOut: linesOf(journal, "left-out").map(({ scenario, why }) => ({ scenario, why })),
    places: Object.fromEntries(linesOf(journal, "places").map(({ way, count }) => [way, count])),
    ways: ways.map((way) => tallyWay(way, tried)),
    findings: tallyFindings(tried),
  };
}
