import { describe, expect, it } from "vitest";
import type { ClusterLease, ClusterPool } from "../cluster/cluster.ts";
import { type ErrorCode, HarnessError } from "../errors/harness-error.ts";
import type { Plan } from "../model/plan.ts";
import type { AttemptInput } from "./attempt-context.ts";
import { runAttempt } from "./attempt.ts";
import { catalog } from "./catalog.fixture.ts";

const [engine] = catalog.engines;
const scenario = catalog.scenarios.find(({ needs }) => needs?.includes("ip_vs"));

/** A cluster that can give no node. */
function poolWithout(code: ErrorCode): { readonly pool: ClusterPool; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const lease = {
    acquireNode: async (needs: unknown) => {
      asked.push(needs);
      throw new HarnessError(code, "QEMU is not installed.\nFix: install it");
    },
    stopControlProbe: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as ClusterLease;
  return {
    asked,
    pool: { acquireCluster: async () => lease, [Symbol.asyncDispose]: async () => undefined },
  };
}

async function verdictWithout(code: ErrorCode) {
  if (engine === undefined || scenario === undefined) throw new Error("the catalog lacks them");
  const plan: Plan = {
    schemaVersion: 1,
    id: "a",
    scenario: scenario.name,
    engine: { name: engine.name, variant: "rt", options: {} },
    engineDigest: "",
    settings: {},
    limits: { convergenceMs: 1, apiOutageMs: 1, exitMs: 1 },
    seed: 1,
  };
  const input: AttemptInput = {
    plan,
    scenario,
    engine,
    program: "/engine",
    readable: [],
    hidden: [],
    report: () => undefined,
    signal: new AbortController().signal,
  };
  const { pool, asked } = poolWithout(code);
  return { ...(await runAttempt(input, pool, (text) => text)), asked };
}

describe("an attempt whose nodes need what the machine's kernel lacks", () => {
  it("asks for what the scenario needs of the kernel, and for nothing that is the engine's", async () => {
    const { asked } = await verdictWithout("guest/tool-missing");
    expect(asked).toEqual([["ip_vs"]]);
  });

  it.each(["guest/tool-missing", "guest/kernel-missing", "guest/no-tun", "guest/lacks"] as const)(
    "is not exercised without guests, and says why: %s",
    async (code) => {
      const { verdict } = await verdictWithout(code);
      expect(verdict).toMatchObject({ kind: "not-exercised", reason: "environment" });
      expect(verdict.kind === "not-exercised" && verdict.detail).toContain("QEMU is not installed.\nFix:");
    },
  );

  it.each(["guest/boot-failed", "guest/lost", "node/command-failed"] as const)(
    "is an error where a guest did not do what it should: %s",
    async (code) => {
      const { verdict } = await verdictWithout(code);
      expect(verdict).toMatchObject({ kind: "error", cause: { code } });
    },
  );
});
