import { describe, expect, it } from "vitest";
import type { Recording } from "../model/recording.ts";
import { rateAtRest, restRates } from "./rate-at-rest.ts";
import { endpoints, namespace, RecordingBuilder, testNode } from "./testing.ts";

const lease = "/apis/coordination.k8s.io/v1/namespaces/lp-a1/leases/kubevip-web";

/** So many renewals, evenly spread over 6 s. */
interface Renewals {
  readonly leases: number;
  readonly writes?: readonly number[];
}

function rest(builder: RecordingBuilder, step: string, { leases, writes = [] }: Renewals): void {
  builder.begin(step).event({ kind: "rest", step, state: "begin" });
  const events = [
    ...Array.from({ length: leases }, (_, index) => ({
      atMs: (6000 * (index + 0.5)) / leases,
      kind: "lease",
    })),
    ...writes.map((atMs) => ({ atMs, kind: "write" })),
  ].toSorted((one, other) => one.atMs - other.atMs);
  let nowMs = 0;
  for (const [index, { atMs, kind }] of events.entries()) {
    builder.pass(atMs - nowMs - 10);
    nowMs = atMs;
    if (kind === "lease")
      builder.event({ kind: "engine-write", node: testNode.name, method: "PUT", path: lease, status: 200 });
    else {
      const write = {
        kind: "kernel-write",
        node: testNode.name,
        call: "sendmsg",
        what: "nft",
        write: "rules",
      } as const;
      builder.event({ ...write, argv: ["iptables"], pid: index, index });
    }
  }
  builder.pass(6000 - nowMs).event({ kind: "rest", step, state: "end" });
}

function rested(before: Renewals, after: Renewals, more = false): Recording {
  const builder = new RecordingBuilder()
    .started()
    .begin("created")
    .apply(endpoints("lp-web", ["10.244.0.5"]));
  rest(builder, "rested", before);
  builder.begin("moved").apply(endpoints("lp-web", ["10.244.0.6"]));
  if (more) builder.apply(endpoints("lp-other", ["10.244.0.7"]));
  rest(builder, "rested-again", after);
  return builder.remove(`Endpoints ${namespace}/lp-web`).whole();
}

const judge = (before: Renewals, after: Renewals, more?: boolean): readonly string[] =>
  rateAtRest.judge(rested(before, after, more)).map(({ why }) => why);

describe("rate at rest", () => {
  it("is silent where the rate stays, and where a window catches one more", () => {
    expect(judge({ leases: 6 }, { leases: 6 })).toEqual([]);
    expect(judge({ leases: 6 }, { leases: 8 })).toEqual([]);
    expect(judge({ leases: 12 }, { leases: 6 })).toEqual([]);
  });

  it("finds leases that are renewed twice as often", () => {
    expect(judge({ leases: 6 }, { leases: 12 })).toEqual([
      "API requests PUT leases at rest: 120 a minute, 60 in step rested with as many objects",
    ]);
  });

  it("finds an engine that begins to write, with the tools that it starts for it", () => {
    const writes = [500, 1500, 2500, 3500, 4500, 5500];
    expect(judge({ leases: 0 }, { leases: 0, writes })).toHaveLength(2);
    expect(judge({ leases: 0, writes }, { leases: 0, writes })).toEqual([]);
  });

  it("is silent on a burst that comes by the clock, and where there are more objects", () => {
    expect(judge({ leases: 0 }, { leases: 0, writes: [100, 200, 300, 400, 500, 600] })).toEqual([]);
    expect(judge({ leases: 6 }, { leases: 12 }, true)).toEqual([]);
  });

  it("gives the rates as figures, and none without a rest", () => {
    expect(restRates(rested({ leases: 6 }, { leases: 12 }))).toEqual([
      { step: "rested", perMinute: { "API requests PUT leases": 60 } },
      { step: "rested-again", perMinute: { "API requests PUT leases": 120 } },
    ]);
    expect(restRates(new RecordingBuilder().started().whole())).toEqual([]);
  });
});
