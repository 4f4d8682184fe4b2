import { describe, expect, it } from "vitest";
import { readWaited, watchWaits } from "./wait-watch.ts";

describe("watchWaits", () => {
  it("tells what was waited in a time, counted from the look before it", () => {
    let [now, waited] = [0, 100];
    using watch = watchWaits(
      () => waited,
      () => now,
    );
    [now, waited] = [1_000, 150];
    expect(watch.waitedMs(1_000)).toBe(50);
    [now, waited] = [2_000, 800];
    expect(watch.waitedMs(1_000)).toBe(650);
    expect(watch.waitedMs(1_500)).toBe(700);
    expect(watch.waitedMs(60_000)).toBe(700);
    now = 12_500;
    expect(watch.waitedMs(1_000)).toBe(0);
  });

  it("says nothing where the kernel does not count, or the guest is gone", () => {
    let waited: number | undefined = 7;
    using watch = watchWaits(() => waited);
    waited = undefined;
    expect(watch.waitedMs(10_000)).toBe(0);
    using deaf = watchWaits(() => undefined);
    expect(deaf.waitedMs(10_000)).toBe(0);
  });
});

describe("readWaited", () => {
  it("adds up the threads of a process that is there", () => {
    expect(readWaited(`/proc/${process.pid}/task`)).toBeGreaterThanOrEqual(0);
    expect(readWaited("/proc/0/task")).toBeUndefined();
  });
});
