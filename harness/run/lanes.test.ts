import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttemptResult } from "../model/attempt-result.ts";
import { startLanes } from "./lanes.ts";

const resultOf = (id: string): AttemptResult => ({
  plan: { id } as AttemptResult["plan"],
  verdict: { kind: "pass" },
  engineLogs: {},
  startedAt: "2026-01-01T00:00:00Z",
  durationMs: 1,
});

/** A lane that waits for ever must not hang the test. */
async function within<T>(promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    pause(2_000, undefined, { ref: false }).then(() => Promise.reject(new Error("it hangs"))),
  ]);
}

describe("startLanes", () => {
  it("works off what is added while it runs, once each, by no more lanes than there are", async () => {
    const tree = fc.array(fc.array(fc.nat(3), { maxLength: 4 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(tree, fc.integer({ min: 1, max: 4 }), async (shape, lanes) => {
        const ran: string[] = [];
        let atOnce = 0;
        let most = 0;
        await within(
          Promise.all(
            startLanes<string>({
              work: shape.map((_, index) => `${index}`),
              lanes,
              signal: new AbortController().signal,
              run: async (id) => {
                most = Math.max(most, (atOnce += 1));
                await pause(Number(id.split(".")[0]) % 2);
                atOnce -= 1;
                ran.push(id);
                return resultOf(id);
              },
              done: async (_result, id) =>
                id.includes(".") ? undefined : shape[Number(id)]?.map((_, child) => `${id}.${child}`),
            }),
          ),
        );
        const planned = shape.flatMap((children, index) => [
          `${index}`,
          ...children.map((_, child) => `${index}.${child}`),
        ]);
        expect(ran.toSorted()).toEqual(planned.toSorted());
        expect(most).toBeLessThanOrEqual(lanes);
      }),
      { numRuns: 50 },
    );
  });

  it("works on one of those at a time that are to be alone, and on others meanwhile", async () => {
    const work = ["s1", "s2", "a", "s3", "b", "c"];
    const ran: string[] = [];
    const [busy, most] = [new Set<string>(), { single: 0, all: 0 }];
    await within(
      Promise.all(
        startLanes<string>({
          work,
          lanes: 3,
          isSingle: (id) => id.startsWith("s"),
          signal: new AbortController().signal,
          run: async (id) => {
            busy.add(id);
            most.all = Math.max(most.all, busy.size);
            most.single = Math.max(most.single, [...busy].filter((each) => each.startsWith("s")).length);
            await pause(5);
            busy.delete(id);
            ran.push(id);
            return resultOf(id);
          },
          done: async () => undefined,
        }),
      ),
    );
    expect(ran.toSorted()).toEqual(work.toSorted());
    expect(most).toEqual({ single: 1, all: 3 });
  });

  it("keeps a lane that has nothing to do for what the other may still find", async () => {
    const lanesUsed = new Set<number>();
    const work = startLanes<string>({
      work: ["index"],
      lanes: 2,
      signal: new AbortController().signal,
      run: async (id, lane) => {
        if (id !== "index") lanesUsed.add(lane);
        await pause(20);
        return resultOf(id);
      },
      done: async (_result, id) => (id === "index" ? ["a", "b"] : undefined),
    });
    await within(Promise.all(work));
    expect(lanesUsed.size).toBe(2);
  });

  it("begins nothing after the signal, and lets lanes that wait go", async () => {
    const stop = new AbortController();
    const ran: string[] = [];
    const work = startLanes<string>({
      work: ["a"],
      lanes: 3,
      signal: stop.signal,
      run: async (id) => {
        stop.abort();
        return resultOf(id);
      },
      done: async (_result, id) => {
        ran.push(id);
        return ["b"];
      },
    });
    await within(Promise.all(work));
    expect(ran).toEqual(["a"]);
  });

  it("fails where a result cannot be kept, and does not hang the other lanes", async () => {
    const work = startLanes<string>({
      work: ["a"],
      lanes: 2,
      signal: new AbortController().signal,
      run: async (id) => resultOf(id),
      done: () => Promise.reject(new Error("disk full")),
    });
    const settled = await within(Promise.allSettled(work));
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});
