import { expect, test } from "vitest";
import type { TrafficCheck } from "../model/scenario.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { checkTraffic } from "./traffic.ts";

/** How long a connection from outside is waited for, in ms. */
async function patienceFor(backends: readonly string[]): Promise<number> {
  let askedMs = 0;
  const cluster = {
    connectFromOutside: (_address: string, _port: number, timeoutMs: number): Promise<string> => {
      askedMs = timeoutMs;
      return Promise.resolve("");
    },
  };
  const context = { cluster, recorder: { add: () => undefined } } as unknown as AttemptContext;
  const check: TrafficCheck = { kind: "inbound", node: "n0", address: "172.31.0.1", port: 80, backends };
  await checkTraffic(context, "created", [check]);
  return askedMs;
}

test("somebody who answers may be late by seconds", async () => {
  expect(await patienceFor(["10.244.0.2"])).toBeGreaterThan(3_000);
});

test("that nobody answers is known after less", async () => {
  expect(await patienceFor([])).toBeLessThan(3_000);
});
