import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Rounds } from "./rounds.ts";

/** Rounds that `round` decides about by their number, from 1; aborted after `forMs`. */
async function run(
  round: (count: number, request: () => void) => Promise<void>,
  forMs: number,
  resyncMs = 60_000,
) {
  const stop = new AbortController();
  const logged: string[] = [];
  let count = 0;
  let running = 0;
  let most = 0;
  const rounds: Rounds = new Rounds({
    resyncMs,
    log: (line) => logged.push(line),
    round: async () => {
      most = Math.max(most, ++running);
      count += 1;
      await round(count, () => rounds.request()).finally(() => (running -= 1));
    },
  });
  const ended = rounds.run(stop.signal);
  await pause(forMs);
  stop.abort();
  await ended;
  return { count, most, logged };
}

describe("Rounds", () => {
  test("many requests during a round lead to one more, after it", async () => {
    const result = await run(async (count, request) => {
      if (count === 1) for (let each = 0; each < 5; each += 1) request();
      await pause(5);
    }, 100);
    expect(result).toEqual({ count: 2, most: 1, logged: [] });
  });

  test("a round that failed is tried again, and said", async () => {
    const result = await run(async (count) => {
      if (count < 3) throw new Error(`no ${count}`);
    }, 400);
    expect(result).toEqual({ count: 3, most: 1, logged: ["round failed: no 1", "round failed: no 2"] });
  });

  test("without a request there is a round now and then", async () => {
    expect((await run(async () => undefined, 200, 20)).count).toBeGreaterThan(2);
    expect((await run(async () => undefined, 100)).count).toBe(1);
  });

  test("the abort waits for the round that runs", async () => {
    let isDone = false;
    await run(async () => {
      await pause(100);
      isDone = true;
    }, 20);
    expect(isDone).toBe(true);
  });
});
