import { gunzipSync } from "node:zlib";
import type { RecordedEvent, Recording } from "../../harness/model/recording.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { engineProfile, markRule, planOf } from "../report.fixture.ts";

export const begin: RecordedEvent = {
  kind: "begin",
  atMs: 0,
  nodes: [{ name: "n1", ipv4: "172.30.1.10", ipv6: "fd00::10" }],
  engineProfile,
  networks: [],
};

/** A rule of the MARK chain about another pod. */
export const ruleOf = (address: string): StateItem => ({
  ...markRule,
  text: markRule.text.replace("10.244.0.7", address),
  tokens: [{ kind: "addresses", family: 4, first: address, last: address }],
});

/** A look at n1 at the end of a step. */
export const look = (atMs: number, step: string, digest: string): RecordedEvent => ({
  kind: "snapshot",
  atMs,
  node: "n1",
  step,
  moment: "step",
  digest,
});

/** A write to the mangle table of n1. */
export const write = (
  index: number,
  argv: readonly string[],
  what = "IPT_SO_SET_REPLACE mangle",
): RecordedEvent => ({
  kind: "kernel-write",
  atMs: 1_000 + index,
  node: "n1",
  pid: 100 + index,
  argv,
  index,
  call: "setsockopt",
  what,
  write: "rules",
});

/** A recording of these events and snapshots. */
export const recordingWith = (
  events: readonly RecordedEvent[],
  snapshots: Recording["snapshots"],
): Recording => ({
  schemaVersion: 1,
  plan: planOf("kv.moves", "egress-moves"),
  events: [begin, ...events],
  snapshots,
});

/** The data of a page's part, read as the page reads it. */
export function partOf(html: string, id: string): unknown {
  const [, data] =
    new RegExp(`<script type="application/gzip" id="${id}">([A-Za-z0-9+/=]*)</script>`).exec(html) ?? [];
  return data === undefined ? undefined : JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString());
}
