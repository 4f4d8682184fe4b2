import { expect, test } from "vitest";
import { bitten, inForce } from "./in-force.ts";

function counted(): { readonly heal: () => Promise<void>; count: number } {
  const healing = {
    count: 0,
    heal: async () => {
      healing.count += 1;
    },
  };
  return healing;
}

const never = async (): Promise<undefined> => undefined;

test("the first look that shows something is the evidence; one that fails is not yet", async () => {
  const looks = [async () => Promise.reject(new Error("not there")), never, async () => "seen"];
  const fault = inForce(
    { biteWithinMs: 5_000, signal: new AbortController().signal },
    { look: async () => looks.shift()?.(), heal: never },
  );
  expect(await fault.bitten).toBe("seen");
});

test("what does not bite in its time has not bitten, and is still in force", async () => {
  const healing = counted();
  const signal = new AbortController().signal;
  const fault = inForce({ biteWithinMs: 30, signal }, { look: never, heal: healing.heal });
  expect(await fault.bitten).toBeUndefined();
  expect(healing.count).toBe(0);
});

test("an abort ends the watch at once, and healing works after it", async () => {
  const healing = counted();
  const controller = new AbortController();
  const fault = inForce(
    { biteWithinMs: 60_000, signal: controller.signal },
    { look: never, heal: healing.heal },
  );
  controller.abort();
  expect(await fault.bitten).toBeUndefined();
  await fault[Symbol.asyncDispose]();
  expect(healing.count).toBe(1);
});

test.each([
  [
    "watched",
    (heal: () => Promise<void>) =>
      inForce({ biteWithinMs: 60_000, signal: new AbortController().signal }, { look: never, heal }),
  ],
  ["at once", (heal: () => Promise<void>) => bitten("seen", heal)],
])("%s: healed twice is healed once", async (_, make) => {
  const healing = counted();
  const fault = make(healing.heal);
  await Promise.all([fault[Symbol.asyncDispose](), fault[Symbol.asyncDispose]()]);
  await fault[Symbol.asyncDispose]();
  await fault.bitten;
  expect(healing.count).toBe(1);
});
