import type { Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import type { Finding, OracleName } from "../model/verdict.ts";
import { firstSeen } from "./engine-items.ts";
import { describePacket } from "./packet.ts";
import type { SnapshotView } from "./timeline.ts";

/** What an oracle has against one item of a snapshot. Sysctls lead no packet astray by themselves: they are only told. */
export function itemFinding(
  recording: Recording,
  view: SnapshotView,
  what: { readonly oracle: OracleName; readonly item: StateItem; readonly why: string },
): Finding {
  const packet = describePacket(what.item);
  const seen = firstSeen(recording, view.node, what.item);
  return {
    ...what,
    level: what.item.family === "sysctl" ? "observed" : "core",
    node: view.node,
    ...(seen === undefined ? {} : { firstSeen: seen }),
    step: view.step,
    ...(packet === undefined ? {} : { packet }),
  };
}
