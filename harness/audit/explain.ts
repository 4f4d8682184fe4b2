import { itemKey, renderItem, type StateItem, type Token } from "../model/state.ts";
import { describePacket } from "../oracle/packet.ts";
import { renderInterval } from "../state/address.ts";
import type { AuditFinding } from "./finding.ts";
import type { AuditContext, NodeSight } from "./judge-node.ts";

function renderToken(token: Token, context: AuditContext): string {
  switch (token.kind) {
    case "addresses": {
      const owners = context.live.byAddress.get(token.first) ?? [];
      const text = renderInterval(token);
      if (token.first !== token.last) return `network ${text}`;
      return `address ${text}: ${owners.length === 0 ? "no object names it" : owners.join(", ")}`;
    }
    case "ports":
      return `${token.role} port ${token.first === token.last ? token.first : `${token.first}-${token.last}`}`;
    case "mark":
      return `mark ${token.value}`;
    default:
      return `${token.kind} ${token.name}`;
  }
}

/** All about one item: whose it is, what it names, what it does, and what is wrong with it. */
function explainItem(
  item: StateItem,
  sight: NodeSight,
  context: AuditContext,
  findings: readonly AuditFinding[],
): string {
  const engines = context.signs.filter((signs) => signs.detect(sight.items)(item)).map(({ name }) => name);
  const wrong = findings.filter(
    (finding) =>
      finding.node === sight.name &&
      finding.text === item.text &&
      finding.family === item.family &&
      finding.table === item.table &&
      finding.chain === item.chain,
  );
  return [
    renderItem(item),
    `  on ${sight.name}; ${engines.length === 0 ? "of no engine that is known" : `of ${engines.join(", ")}`}`,
    ...item.tokens.map((token) => `  names ${renderToken(token, context)}`),
    `  traffic: ${describePacket(item) ?? "none by itself"}`,
    ...(wrong.length === 0
      ? ["  nothing is wrong with it, as far as is known"]
      : wrong.map(
          ({ kind, why, owner, looksLike }) =>
            `  ${kind}: ${why}${owner === undefined ? "" : `; made for ${owner}`}${looksLike === undefined ? "" : `; looks like: ${looksLike.title} ${looksLike.links.join(" ")}`}`,
        )),
  ].join("\n");
}

/** A rule as people copy it: blanks and quotes do not count. */
function plain(text: string): string {
  return text.replace(/["']/g, "").replace(/\s+/g, " ").trim();
}

/**
 * Explains the items whose text has `rule` in it, on every node.
 *
 * @returns one text an item; empty where there is none
 */
export function explainRule(
  rule: string,
  sights: readonly NodeSight[],
  context: AuditContext,
  findings: readonly AuditFinding[],
): readonly string[] {
  const wanted = plain(rule);
  const texts = sights.flatMap((sight) => {
    const found = new Map(
      sight.items.filter((item) => plain(item.text).includes(wanted)).map((item) => [itemKey(item), item]),
    );
    return [...found.values()].map((item) => explainItem(item, sight, context, findings));
  });
  return texts;
}
