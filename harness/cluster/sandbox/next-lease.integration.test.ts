import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInSandbox } from "./in-sandbox.fixture.ts";

const program = fileURLToPath(new URL("next-lease.fixture.ts", import.meta.url));

test("an address that was on a node of the lease before is found on the node that has it now", async () => {
  const seen = await runInSandbox<readonly string[]>({ program, timeoutMs: 120_000 });
  expect(seen).toEqual([expect.stringContaining("ECONNREFUSED"), expect.stringContaining("ECONNREFUSED")]);
});
