import { describe, expect, it, vi } from "vitest";
import type { FaultTarget } from "./fault.ts";
import { hurry } from "./hurry.ts";

function inject(gapMs: number, signal = new AbortController().signal) {
  return hurry.inject({ kind: "hurry", gapMs }, { signal } as FaultTarget);
}

describe("hurry", () => {
  it("waits for its gap, and says how soon the next operations were sent", async () => {
    const began = performance.now();
    const injected = await inject(30);
    expect(performance.now() - began).toBeGreaterThan(25);
    expect(await injected.bitten).toMatch(/^the next operations were sent \d+ ms after those of the step$/);
  });

  it("does not bite where the operations took so long that nobody was hurried", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(5_000);
    const injected = await inject(0);
    expect(await injected.bitten).toBeUndefined();
    now.mockRestore();
  });

  it("stops at once when it is aborted, and has not bitten then", async () => {
    const stop = new AbortController();
    const injecting = inject(60_000, stop.signal);
    stop.abort();
    expect(await (await injecting).bitten).toBeUndefined();
  });
});
