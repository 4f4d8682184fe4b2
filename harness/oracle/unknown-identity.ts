import type { Recording } from "../model/recording.ts";
import { itemKey, type AddressToken, type StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { readNetwork, renderInterval } from "../state/address.ts";
import { decoysBefore, engineItems, firstSeen, referenceOf } from "./engine-items.ts";
import { knownAddresses, type IsKnown } from "./known-addresses.ts";
import { ledgerOf, type Ledger } from "./ledger.ts";
import type { Oracle } from "./oracle.ts";
import { describePacket } from "./packet.ts";
import { beginOf, judgedSnapshots, nodeNames, type SnapshotView } from "./timeline.ts";

function tokensOf(texts: readonly string[]): readonly AddressToken[] {
  return texts.flatMap((text) => readNetwork(text) ?? []);
}

/** What settings, cluster and engine profile name, whatever the scenario does. */
function configured(recording: Recording): readonly AddressToken[] {
  const begin = beginOf(recording);
  if (begin === undefined) return [];
  return tokensOf([
    ...begin.networks.map(({ cidr }) => cidr),
    ...begin.nodes.flatMap((node) => [node.ipv4, node.ipv6]),
    ...begin.engineProfile.constants.map(({ cidr }) => cidr),
  ]);
}

/** What our objects had named by the event at `index`, be it still alive or not: stale is another oracle's matter. */
function named(ledger: Ledger, index: number): readonly AddressToken[] {
  const identities = ledger.filter(({ from }) => from < index).map(({ identity }) => identity);
  return tokensOf(
    identities.flatMap((identity) => {
      if (identity.kind === "address") return [identity.address];
      return identity.kind === "network" ? [identity.cidr] : [];
    }),
  );
}

/** Addresses on the node's own links, other people's included: an engine may take them for the node's. */
function local(recording: Recording, view: SnapshotView): readonly AddressToken[] {
  const before = referenceOf(recording, view.node, view.index)?.items ?? [];
  const items = [...before, ...decoysBefore(recording, view.node, view.index)];
  return items
    .filter((item) => item.family === "address")
    .flatMap((item) => item.tokens.filter((token): token is AddressToken => token.kind === "addresses"));
}

function unknownIn(item: StateItem, isKnown: IsKnown): readonly AddressToken[] {
  return item.tokens.filter((token): token is AddressToken => token.kind === "addresses" && !isKnown(token));
}

function findingOf(
  recording: Recording,
  view: SnapshotView,
  item: StateItem,
  unknown: readonly AddressToken[],
): Finding {
  const packet = describePacket(item);
  const seen = firstSeen(recording, view.node, item);
  return {
    oracle: "unknown-identity",
    level: "core",
    node: view.node,
    item,
    why: `names ${unknown.map(renderInterval).join(", ")}, which no object, setting or node has`,
    ...(seen === undefined ? {} : { firstSeen: seen }),
    step: view.step,
    ...(packet === undefined ? {} : { packet }),
  };
}

function judgeNode(recording: Recording, ledger: Ledger, node: string): readonly Finding[] {
  const findings = new Map<string, Finding>();
  const fixed = configured(recording);
  for (const view of judgedSnapshots(recording, node)) {
    const isKnown = knownAddresses([...fixed, ...named(ledger, view.index), ...local(recording, view)]);
    for (const item of engineItems(recording, view)) {
      // Links carry no rule; what is on them is judged as addresses.
      if (item.family === "link" || findings.has(itemKey(item))) continue;
      const unknown = unknownIn(item, isKnown);
      if (unknown.length > 0) findings.set(itemKey(item), findingOf(recording, view, item, unknown));
    }
  }
  return [...findings.values()];
}

/** Defaults that nobody configured, wrong masks and old values of flags show themselves by addresses from nowhere. */
export const unknownIdentity: Oracle = {
  name: "unknown-identity",
  demands: "Every address and network in the engine's items comes from an object, a setting or the node.",
  judge(recording) {
    const ledger = ledgerOf(recording);
    return nodeNames(recording).flatMap((node) => judgeNode(recording, ledger, node));
  },
};
