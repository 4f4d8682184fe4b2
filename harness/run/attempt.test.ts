import { describe, expect, it } from "vitest";
import type { ClusterLease, ClusterPool } from "../cluster/cluster.ts";
import { type ErrorCode, HarnessError } from "../errors/harness-error.ts";
import type { NodeKernel } from "../model/kernel-feature.ts";
import type { Plan } from "../model/plan.ts";
import type { AttemptInput } from "./attempt-context.ts";
import { runAttempt } from "./attempt.ts";
import { catalog } from "./catalog.fixture.ts";
import { triesToStrike } from "./nemesis.ts";

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

/** A cluster whose nodes have such a kernel, and nothing that could be done on them. */
function poolOf(kind: NodeKernel["kind"]): ClusterPool {
  const lease = {
    acquireNode: async () => ({ ref: { name: "n1", ipv4: "", ipv6: "" }, kernel: { name: "Linux 6", kind } }),
    stopControlProbe: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as ClusterLease;
  return { acquireCluster: async () => lease, [Symbol.asyncDispose]: async () => undefined };
}

async function verdictOn(pool: ClusterPool, changes: Partial<Pick<AttemptInput, "engine">> = {}) {
  if (engine === undefined || scenario === undefined) throw new Error("the catalog lacks them");
  const plan: Plan = {
    schemaVersion: 1,
    id: "a",
    scenario: scenario.name,
    engine: { name: engine.name, variant: "rt", options: {} },
    engineDigest: "",
    settings: { natGateway: true },
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
    ...changes,
  };
  return runAttempt(input, pool, (text) => text);
}

async function verdictWithout(code: ErrorCode) {
  const { pool, asked } = poolWithout(code);
  return { ...(await verdictOn(pool)), asked };
}

describe("an attempt whose nodes need what the machine's kernel lacks", () => {
  it("asks for what the scenario needs of the kernel, and for nothing that is the engine's", async () => {
    const { asked } = await verdictWithout("guest/tool-missing");
    expect(asked).toEqual([["ip_vs"]]);
  });

  it.each([
    "guest/tool-missing",
    "guest/kernel-missing",
    "guest/no-tun",
    "guest/lacks",
    "guest/no-gateway",
  ] as const)("is not exercised without guests, and says why: %s", async (code) => {
    const { verdict } = await verdictWithout(code);
    expect(verdict).toMatchObject({ kind: "not-exercised", reason: "environment" });
    expect(verdict.kind === "not-exercised" && verdict.detail).toContain("QEMU is not installed.\nFix:");
  });

  it.each(["guest/boot-failed", "guest/lost", "node/command-failed"] as const)(
    "is an error where a guest did not do what it should: %s",
    async (code) => {
      const { verdict } = await verdictWithout(code);
      expect(verdict).toMatchObject({ kind: "error", cause: { code } });
    },
  );
});

describe("an attempt with a gateway", () => {
  const nothing = async (): Promise<void> => undefined;
  const surroundings = { prepare: nothing, furnish: nothing, restartGateway: nothing };
  const withGateway = (kind: NodeKernel["kind"]) => {
    if (engine === undefined) throw new Error("the catalog lacks one");
    return verdictOn(poolOf(kind), { engine: { ...engine, surroundings } });
  };

  it.each(["guest-kvm", "guest-tcg"] as const)(
    "is not exercised on a node that is a guest: %s",
    async (kind) => {
      const { verdict, recording } = await withGateway(kind);
      expect(verdict).toMatchObject({ kind: "not-exercised", reason: "environment" });
      expect(verdict.kind === "not-exercised" && verdict.detail).toContain("[guest/no-gateway] the node n1");
      expect(recording).toBeUndefined();
    },
  );

  it("goes on on a node of this machine's kernel, and an engine without one on a guest too", async () => {
    const went = await Promise.all([withGateway("host"), verdictOn(poolOf("guest-kvm"))]);
    // Nothing can be done on these nodes: that is what stops both.
    for (const { verdict } of went)
      expect(verdict).toMatchObject({ kind: "error", cause: { code: "run/internal" } });
  });
});

describe("what the harness itself leaves", () => {
  const poolThatLeaves = (left?: HarnessError): ClusterPool => {
    const lease = {
      acquireNode: async () => {
        throw new HarnessError("node/command-failed", "no node");
      },
      stopControlProbe: async () => undefined,
      [Symbol.asyncDispose]: async () => {
        if (left !== undefined) throw left;
      },
    } as unknown as ClusterLease;
    return { acquireCluster: async () => lease, [Symbol.asyncDispose]: async () => undefined };
  };

  it("is nothing where the cluster was given back as it was", async () => {
    expect((await verdictOn(poolThatLeaves())).residue).toEqual({ checks: 1, left: [] });
  });

  it.each(["run/residue", "cluster/not-emptied"] as const)("is told, and an error: %s", async (code) => {
    const { residue, verdict } = await verdictOn(poolThatLeaves(new HarnessError(code, "a Lease is left")));
    expect(residue).toEqual({ checks: 1, left: [`[${code}] a Lease is left`] });
    expect(verdict.kind).toBe("error");
  });

  it("was not looked for where there was no cluster", async () => {
    const none: ClusterPool = {
      acquireCluster: async () => {
        throw new HarnessError("control-plane/start-failed", "no cluster");
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    expect(await verdictOn(none)).not.toHaveProperty("residue");
  });
});

describe("an attempt that ends in an error", () => {
  it.each(["run/perturbed", "cluster/api-failed"] as const)(
    "is made again where the machine was too busy for a moment, a few times at most: %s",
    async (code) => {
      const { asked, verdict } = await verdictWithout(code);
      expect([asked.length, verdict.kind]).toEqual([triesToStrike, "error"]);
    },
  );

  it("is made once for any other reason", async () => {
    const { asked, verdict } = await verdictWithout("run/internal");
    expect([asked.length, verdict.kind]).toEqual([1, "error"]);
  });
});
