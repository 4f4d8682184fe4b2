import type { StateItem } from "../model/state.ts";
import { describePacket } from "../oracle/packet.ts";
import type { Doubt, EngineSigns, NodeView } from "./engine-signs.ts";
import { type AuditFinding, type AuditKind, placeOf, type UpstreamIssue } from "./finding.ts";
import { type Installation, installationOf } from "./installed.ts";
import type { LiveObjects } from "./live-objects.ts";
import { findMissing } from "./missing.ts";
import { leftWhen, ownersAmong } from "./owner.ts";
import { findUnreferenced } from "./references.ts";
import { findRepeated } from "./repeated.ts";
import { issueOf } from "./upstream-issue.ts";

/** What is known of one node. */
export interface NodeSight {
  /** For people: the Node's name, or what was looked at. */
  readonly name: string;
  /** Name of its Node object, where that is known. */
  readonly nodeObject?: string;
  readonly items: readonly StateItem[];
  /** Names of its processes; absent where they were not looked at. */
  readonly processes?: readonly string[];
}

/** What a node is judged with. */
export interface AuditContext {
  readonly signs: readonly EngineSigns[];
  readonly live: LiveObjects;
  /** `kube-vip@v0.8.4`: engines that run here though no image and no process says so. */
  readonly given: readonly string[];
  /** Issues of each engine by id. */
  readonly issues: ReadonlyMap<string, ReadonlyMap<string, UpstreamIssue>>;
}

/** What one engine has on a node. */
export interface EngineOnNode {
  readonly engine: string;
  readonly installation: Installation;
  /** How many items, by family. */
  readonly items: Readonly<Record<string, number>>;
}

/** The judgement of one node. */
export interface NodeAudit {
  readonly findings: readonly AuditFinding[];
  readonly engines: readonly EngineOnNode[];
  /** Kinds of objects that would have to be known, and were not seen. */
  readonly lacking: readonly string[];
}

interface Part {
  readonly signs: EngineSigns;
  readonly sight: NodeSight;
  readonly context: AuditContext;
  readonly view: NodeView;
  readonly own: readonly StateItem[];
  readonly ownerOf: (item: StateItem) => string | undefined;
  /** Of the release that is installed. */
  readonly version: string | undefined;
}

function findingOf(
  part: Part,
  item: StateItem,
  doubt: Omit<Doubt, "kind"> & { readonly kind: AuditKind },
): AuditFinding {
  const { signs, sight, context, ownerOf } = part;
  const owner = doubt.owner ?? ownerOf(item);
  const left = doubt.kind === "missing" ? undefined : leftWhen(owner, context.live);
  const traffic = describePacket(item);
  const looksLike = issueOf(signs, { kind: doubt.kind, item }, context.issues.get(signs.name), part.version);
  return {
    kind: doubt.kind,
    engine: signs.name,
    node: sight.name,
    ...placeOf(item),
    why: doubt.why,
    ...(owner === undefined ? {} : { owner }),
    ...(left === undefined ? {} : { left }),
    ...(traffic === undefined ? {} : { traffic }),
    ...(looksLike === undefined ? {} : { looksLike }),
  };
}

function judgeItems(part: Part): readonly AuditFinding[] {
  const { signs, own, view } = part;
  const judge = signs.judge(view);
  const told = own.flatMap((item) => {
    const doubt = judge(item);
    return doubt === undefined ? [] : [{ item, doubt }];
  });
  const doubted = new Set(told.map(({ item }) => item));
  // One that is told already is not the double of the one that stays.
  const repeated = findRepeated(
    own.filter((item) => !doubted.has(item)),
    signs.commentsDistinguish,
  );
  const unreferenced = findUnreferenced(own, view.items, signs.mayBeUnreferenced).filter(
    (item) => !doubted.has(item),
  );
  return [
    ...told.map(({ item, doubt }) => findingOf(part, item, doubt)),
    ...repeated.map(({ item, why }) => findingOf(part, item, { kind: "duplicate", why })),
    ...unreferenced.map((item) =>
      findingOf(part, item, { kind: "unreferenced", why: "nothing leads to it" }),
    ),
  ];
}

function judgeMissing(part: Part): readonly AuditFinding[] {
  const { signs, sight, view } = part;
  return findMissing(signs.expects(view), view.items).map(({ title, object }) => ({
    kind: "missing",
    engine: signs.name,
    node: sight.name,
    text: title,
    why: `${object} has no such rule here`,
    owner: object,
  }));
}

function judgeEngine(part: Part, installation: Installation): readonly AuditFinding[] {
  if (part.own.length === 0) return [];
  if (installation.state !== "absent") return [...judgeItems(part), ...judgeMissing(part)];
  return part.own.map((item) =>
    findingOf(part, item, {
      kind: "not-installed",
      why: `is of ${part.signs.name}, which does not run here: ${installation.evidence}`,
    }),
  );
}

function countByFamily(own: readonly StateItem[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { family } of own) counts[family] = (counts[family] ?? 0) + 1;
  return counts;
}

/**
 * Judges the items of every engine on one node, in one look. Pure; says nothing of what the tools could
 * not show.
 *
 * @param seenKinds - kinds of objects that were asked for, whether there are any or not
 */
export function judgeNode(
  sight: NodeSight,
  context: AuditContext,
  seenKinds: ReadonlySet<string>,
): NodeAudit {
  const view: NodeView = { node: sight.nodeObject, items: sight.items, live: context.live };
  const parts = context.signs.map((signs) => {
    const isOwn = signs.detect(sight.items);
    const own = sight.items.filter(isOwn);
    const installation = installationOf(signs, {
      objects: context.live.all,
      processes: sight.processes,
      given: context.given,
    });
    const version = installation.state === "installed" ? installation.version : undefined;
    const ownerOf = ownersAmong(own, context.live);
    const part: Part = { signs, sight, context, view, own, ownerOf, version };
    const lacking = part.own.length === 0 ? [] : signs.needs.filter((kind) => !seenKinds.has(kind));
    return { part, installation, lacking };
  });
  return {
    // Without its objects every item would be an orphan.
    findings: parts.flatMap(({ part, installation, lacking }) =>
      lacking.length > 0 ? [] : judgeEngine(part, installation),
    ),
    engines: parts
      .filter(({ part }) => part.own.length > 0)
      .map(({ part, installation }) => ({
        engine: part.signs.name,
        installation,
        items: countByFamily(part.own),
      })),
    lacking: [...new Set(parts.flatMap(({ lacking }) => lacking))],
  };
}
