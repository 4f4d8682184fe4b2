import type { Recording } from "../model/recording.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { engineItems, firstSeen } from "./engine-items.ts";
import { renderIdentity } from "./identity.ts";
import { namesIdentity } from "./item-names.ts";
import { addressesNamedBefore, ledgerOf, retiredAt, type Ledger, type Retired } from "./ledger.ts";
import type { Oracle } from "./oracle.ts";
import { describePacket } from "./packet.ts";
import { beginOf, isAnswerable, judgedSnapshots, nodeNames, type SnapshotView } from "./timeline.ts";

/** What weighs most stands first: it becomes the reason of the finding. */
const weight = { address: 0, "port-pair": 1, "node-port": 2, name: 3, network: 4 } as const;

function retiredFor(recording: Recording, ledger: Ledger, view: SnapshotView): readonly Retired[] {
  const nodes = new Set(beginOf(recording)?.nodes.flatMap((node) => [node.ipv4, node.ipv6]) ?? []);
  return retiredAt(ledger, view.index)
    .filter(({ identity }) => !(identity.kind === "address" && nodes.has(identity.address)))
    .toSorted((left, right) => weight[left.identity.kind] - weight[right.identity.kind]);
}

/** What an item names at the time of a look that every object had let go of by then; what weighs most where there is more. */
export function retiredNameIn(
  recording: Recording,
  ledger: Ledger,
  view: SnapshotView,
): (item: StateItem) => Retired | undefined {
  const retired = retiredFor(recording, ledger, view);
  const known = addressesNamedBefore(ledger, view.index);
  return (item) => retired.find(({ identity }) => namesIdentity(item, identity, known));
}

function findingOf(recording: Recording, view: SnapshotView, item: StateItem, retired: Retired): Finding {
  const packet = describePacket(item);
  const seen = firstSeen(recording, view.node, item);
  return {
    oracle: "retired-identity",
    level: retired.identity.kind === "name" ? "extended" : "core",
    node: view.node,
    item,
    why: `still names ${renderIdentity(retired.identity)}, which no object names any more`,
    owner: retired.owner,
    ...(seen === undefined ? {} : { firstSeen: seen }),
    step: view.step,
    ...(packet === undefined ? {} : { packet }),
  };
}

function judgeNode(recording: Recording, ledger: Ledger, node: string): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const view of judgedSnapshots(recording, node)) {
    if (!isAnswerable(recording, node, view.index)) continue;
    const nameIn = retiredNameIn(recording, ledger, view);
    for (const item of engineItems(recording, view)) {
      const named = nameIn(item);
      if (named === undefined) continue;
      // One item can go wrong twice: first by its name alone, later by its address.
      const key = `${named.identity.kind === "name"}|${itemKey(item)}`;
      if (!findings.has(key)) findings.set(key, findingOf(recording, view, item, named));
    }
  }
  return [...findings.values()];
}

/** Needs no knowledge of the engine: the scenario's own writes say what may be named when. */
export const retiredIdentity: Oracle = {
  name: "retired-identity",
  demands: "No rule, set member, route or address names an address or port after every object let go of it.",
  judge(recording) {
    const ledger = ledgerOf(recording);
    return nodeNames(recording).flatMap((node) => judgeNode(recording, ledger, node));
  },
};
