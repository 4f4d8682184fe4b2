import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { engineSigns } from "../../engines/signs.ts";
import {
  auditNodes,
  type AuditReport,
  type NodeLooks,
  type SightProblem,
} from "../../harness/audit/audit.ts";
import type { UpstreamIssue } from "../../harness/audit/finding.ts";
import type { AuditContext, NodeSight } from "../../harness/audit/judge-node.ts";
import { indexObjects, type LiveObjects } from "../../harness/audit/live-objects.ts";
import { joinVersions } from "../../harness/audit/object-versions.ts";
import { addressesOf } from "../../harness/audit/read-item.ts";
import { shareItems } from "../../harness/audit/share-items.ts";
import { lookAt, type Look } from "./look-at.ts";
import type { AuditOptions } from "./options.ts";
import type { ObjectsSource, ReadObjects } from "./read-objects.ts";

/** So many nodes are looked at side by side. */
const atOnce = 8;

/** One round: what was alive just before, and every source. */
export interface Round {
  readonly before: ReadObjects;
  readonly looks: readonly Look[];
}

/**
 * Looks at every source once, after the objects were read.
 *
 * @param last - the round before: what is still there is kept in memory once
 */
export async function takeRound(options: AuditOptions, objects: ObjectsSource, last?: Round): Promise<Round> {
  const alive = await objects.read();
  const limit = pLimit(atOnce);
  const looks = await Promise.all(
    options.sources.map((source, index) =>
      limit(async () => {
        const look = await lookAt(source);
        const before = last?.looks[index];
        return before === undefined ? look : { ...look, items: shareItems(look.items, before.items) };
      }),
    ),
  );
  return { before: alive, looks };
}

/** The Node object that a look is of: the one that was named, else the one with an address of it. */
function nodeObjectOf(look: Look, live: LiveObjects, given: string | undefined): string | undefined {
  if (given !== undefined) return given;
  const own = new Set(look.items.filter(({ family }) => family === "address").flatMap(addressesOf));
  for (const address of own) {
    if (!live.nodeAddresses.has(address)) continue;
    const node = (live.byAddress.get(address) ?? []).find((name) => name.startsWith("Node "));
    if (node !== undefined) return node.slice("Node ".length);
  }
  return undefined;
}

function sightOf(look: Look, live: LiveObjects, given: string | undefined): NodeSight {
  const nodeObject = look.nodeObject ?? nodeObjectOf(look, live, given);
  return {
    name: nodeObject ?? look.name,
    items: look.items,
    ...(nodeObject === undefined ? {} : { nodeObject }),
    ...(look.processes === undefined ? {} : { processes: look.processes }),
  };
}

function distinct(problems: readonly SightProblem[]): readonly SightProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.where} ${problem.what}`, problem])).values()];
}

/** What every round of an audit is judged with. */
export interface Judging {
  readonly options: AuditOptions;
  readonly issues: ReadonlyMap<string, ReadonlyMap<string, UpstreamIssue>>;
}

/** Rounds in order, with what was alive after the last one; and what was made of it, for those who want to see. */
export function judgeRounds(
  rounds: readonly [Round, ...Round[]],
  after: ReadObjects,
  { options, issues }: Judging,
): { readonly report: AuditReport; readonly sights: readonly NodeSight[]; readonly context: AuditContext } {
  const reads = [...rounds.map(({ before }) => before), after];
  const { versions, stable } = joinVersions(reads.map(({ objects }) => objects));
  const live = indexObjects(versions, {
    stable,
    ownAnnotations: engineSigns.flatMap(({ ownAnnotations }) => ownAnnotations),
    networks: options.cidrs,
  });
  const context: AuditContext = { signs: engineSigns, live, given: options.engines, issues };
  const nodes = rounds[0].looks.flatMap((first, index): readonly NodeLooks[] => {
    const looks = [first, ...rounds.slice(1).flatMap(({ looks: each }) => each[index] ?? [])];
    // Of one look alone nobody can say what stays.
    if (looks.some(({ isBlind }) => isBlind)) return [];
    const [sight, ...more] = looks.map((look) => sightOf(look, live, options.node));
    return sight === undefined ? [] : [{ sights: [sight, ...more] }];
  });
  const problems = distinct([
    ...reads.flatMap((read) => read.problems),
    ...rounds.flatMap(({ looks }) => looks.flatMap((look) => look.problems)),
  ]);
  const now = Math.max(...rounds.flatMap(({ looks }) => looks.map(({ takenAt }) => takenAt)));
  const seenKinds = new Set(reads.flatMap(({ kinds }) => [...kinds]));
  const report = auditNodes(nodes, context, { seenKinds, now, problems });
  return { report, sights: nodes.flatMap(({ sights }) => sights.at(-1) ?? []), context };
}

/**
 * A whole audit: one look at what was saved, two at what lives.
 *
 * @param signal - ends the wait between the two; rejects then
 */
export async function takeAudit(
  judging: Judging,
  objects: ObjectsSource,
  signal?: AbortSignal,
): Promise<ReturnType<typeof judgeRounds>> {
  const { options } = judging;
  const first = await takeRound(options, objects);
  if (options.sources.every(({ kind }) => kind === "snapshot"))
    return judgeRounds([first], first.before, judging);
  await sleep(options.betweenMs, undefined, signal === undefined ? {} : { signal });
  const second = await takeRound(options, objects, first);
  return judgeRounds([first, second], await objects.read(), judging);
}
