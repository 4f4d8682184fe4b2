import type { EntryResult, Night } from "./night.ts";

/** One verdict that is another than last night. */
export interface VerdictChange {
  /** `verdict` for the entry's own, else the scenario. */
  readonly of: string;
  readonly before: string;
  readonly now: string;
}

/** What has changed of one entry of the matrix. */
export interface EntryChange {
  readonly entry: string;
  /** An issue is opened or updated for these. */
  readonly alarming: readonly VerdictChange[];
  /** Only told: what could not be shown comes and goes with the hour. */
  readonly minor: readonly VerdictChange[];
}

const unseen = "not run";

/**
 * Whether somebody must look: the entry as a whole came to something else, or a scenario fails that did not,
 * or the other way round.
 */
function isAlarming({ of, before, now }: VerdictChange): boolean {
  return of === "verdict" || before === "fail" || now === "fail";
}

function changesOf(before: EntryResult, now: EntryResult): readonly VerdictChange[] {
  const names = new Set([...Object.keys(before.scenarios), ...Object.keys(now.scenarios)]);
  const pairs = [...names].toSorted().map((of) => ({
    of,
    before: before.scenarios[of] ?? unseen,
    now: now.scenarios[of] ?? unseen,
  }));
  return [{ of: "verdict", before: before.verdict, now: now.verdict }, ...pairs].filter(
    (pair) => pair.before !== pair.now,
  );
}

/** A night without a report says nothing of its scenarios: that there is none is the change. */
const isSilent = ({ verdict }: EntryResult): boolean => verdict === "no-report";

/**
 * What is another than on the night before, of entries that both nights have: a new entry has no verdict that
 * could have changed, and one that was taken out was taken out by somebody. Pure.
 */
export function compareNights(before: Night, now: Night): readonly EntryChange[] {
  return Object.entries(now.entries).flatMap(([entry, result]) => {
    const earlier = before.entries[entry];
    if (earlier === undefined) return [];
    const all = changesOf(earlier, result);
    const changes = isSilent(earlier) || isSilent(result) ? all.filter(({ of }) => of === "verdict") : all;
    if (changes.length === 0) return [];
    const alarming = changes.filter(isAlarming);
    return [{ entry, alarming, minor: changes.filter((change) => !alarming.includes(change)) }];
  });
}
