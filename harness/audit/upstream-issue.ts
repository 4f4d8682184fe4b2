import { isMatch } from "../model/matcher.ts";
import type { StateItem } from "../model/state.ts";
import type { EngineSigns } from "./engine-signs.ts";
import type { AuditKind, UpstreamIssue } from "./finding.ts";

function numbersOf(version: string): readonly number[] {
  return (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}

/** Whether release `version` has what came with `firstGood`; false where one of them is no release. */
function hasRepair(version: string, firstGood: string): boolean {
  const [here, there] = [numbersOf(version), numbersOf(firstGood)];
  if (here.length === 0 || there.length === 0) return false;
  const at = here.findIndex((number, index) => number !== there[index]);
  return at === -1 || (here[at] ?? 0) > (there[at] ?? 0);
}

/**
 * The known issue that a finding looks like: the first whose signs fit and that the installed release
 * has; else the first that fits, with the note that the release has its repair, so that an earlier one
 * left it behind.
 *
 * @param issues - the engine's known issues by id
 * @param version - installed release; undefined where it is not known
 */
export function issueOf(
  signs: EngineSigns,
  finding: { readonly kind: AuditKind; readonly item?: StateItem },
  issues: ReadonlyMap<string, UpstreamIssue> | undefined,
  version: string | undefined,
): UpstreamIssue | undefined {
  const { kind, item } = finding;
  const fitting = signs.issues
    .filter(({ kinds, matcher }) => kinds.includes(kind) && (item === undefined || isMatch(matcher, item)))
    .flatMap(({ issue }) => (typeof issue === "string" ? (issues?.get(issue) ?? []) : issue));
  const isRepaired = ({ firstGood }: UpstreamIssue): boolean =>
    version !== undefined && firstGood !== undefined && hasRepair(version, firstGood);
  const open = fitting.find((issue) => !isRepaired(issue));
  const [first] = fitting;
  return open ?? (first === undefined ? undefined : { ...first, repairedHere: true });
}
