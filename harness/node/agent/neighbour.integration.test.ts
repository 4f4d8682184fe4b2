import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInSandbox } from "../../cluster/sandbox/in-sandbox.fixture.ts";
import type { NeighbourAnswer } from "./neighbour.fixture.ts";

const program = fileURLToPath(new URL("neighbour.fixture.ts", import.meta.url));

test("a neighbour finds a node on whichever interface, and tells a lost echo from a question that nobody hears", async () => {
  const answer = await runInSandbox<NeighbourAnswer>({ program, timeoutMs: 150_000 });
  for (const family of ["ipv4", "ipv6"] as const) {
    expect(answer.untouched[family]).toMatch(new RegExp(`^${answer.link}(?:, echo)?$`));
    // Without a tool for an echo nobody misses it.
    if (answer.untouched[family].endsWith("echo"))
      expect(answer.echoDropped[family]).toContain("sends no echo");
    expect(answer.portsRefused[family]).toBe(answer.untouched[family]);
    expect(answer.deaf[family]).toContain("nobody on eth0 says to be");
  }
});
