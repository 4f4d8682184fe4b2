import { describe, expect, test, vi } from "vitest";
import { type Bench, eventLine, isPending, startBench } from "../kube/api-proxy.fixture.ts";
import { apiDown } from "./api-down.ts";
import { apiLatency } from "./api-latency.ts";
import { describeMatch } from "./api-rule.ts";
import { apiServerRestart } from "./api-server-restart.ts";
import { apiStale } from "./api-stale.ts";
import { apiStatus } from "./api-status.ts";
import { apiWatchCut } from "./api-watch-cut.ts";
import { apiWatchGone } from "./api-watch-gone.ts";
import type { FaultTarget, InjectedFault } from "./fault.ts";

// Many connections and their keys: slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const services = "/api/v1/services";
const web = "/api/v1/namespaces/a/services/web";
const match = { resource: "services" } as const;

function targetOf(bench: Bench, changes: Partial<FaultTarget> = {}): FaultTarget {
  const signal = new AbortController().signal;
  const access = { faults: bench.proxy.faults };
  return { access, biteWithinMs: 5_000, signal, ...changes } as unknown as FaultTarget;
}

interface Kind {
  readonly name: string;
  readonly evidence: string;
  readonly inject: (target: FaultTarget) => Promise<InjectedFault>;
}

const kinds: readonly Kind[] = [
  {
    name: "api-latency",
    evidence: `1 delayed by 20 ms: PUT ${web}`,
    inject: (target) =>
      apiLatency.inject({ kind: "api-latency", delayMs: 20, match: { verbs: ["update"] } }, target),
  },
  {
    name: "api-status",
    evidence: `1 answered 409: PUT ${web}`,
    inject: (target) =>
      apiStatus.inject({ kind: "api-status", status: 409, times: 1, match: { verbs: ["update"] } }, target),
  },
  {
    name: "api-watch-cut",
    evidence: `1 cut: watch of ${services}`,
    inject: (target) => apiWatchCut.inject({ kind: "api-watch-cut", match }, target),
  },
  {
    name: "api-watch-gone",
    evidence: `1 ended with 410 Expired: watch of ${services}`,
    inject: (target) => apiWatchGone.inject({ kind: "api-watch-gone", match }, target),
  },
  {
    name: "api-stale",
    evidence: `1 held back: watch of ${services}`,
    inject: (target) => apiStale.inject({ kind: "api-stale", match }, target),
  },
  {
    name: "api-down",
    evidence: "1 left without an answer: ",
    inject: (target) => apiDown.inject({ kind: "api-down" }, target),
  },
];

describe.each(kinds)("$name", ({ evidence, inject }) => {
  test("bites with evidence, heals, and once more", async () => {
    await using bench = await startBench();
    const engine = bench.engine("HTTP/2");
    const open = await engine.open("GET", `${services}?watch=true`);
    const fault = await inject(targetOf(bench));
    const hurt = engine.ask("PUT", web, { body: "x" }).catch(() => undefined); // Some of them break it off.
    bench.upstream.emit(services, eventLine("a"));
    expect(await fault.bitten).toContain(evidence);
    await fault[Symbol.asyncDispose]();
    await fault[Symbol.asyncDispose]();
    await hurt;
    expect((await engine.ask("PUT", web, { body: "x" })).status).toBe(200);
    const again = await engine.open("GET", `${services}?watch=true`);
    bench.upstream.emit(services, eventLine("b"));
    await vi.waitFor(() => expect(again.text()).toBe(eventLine("b")));
    expect(open.status).toBe(200);
  });

  test.each(["healed", "aborted", "aborted before"])(
    "%s before it bit: says so, and never bites",
    async (how) => {
      await using bench = await startBench();
      const abort = new AbortController();
      if (how === "aborted before") abort.abort();
      const fault = await inject(targetOf(bench, { signal: abort.signal }));
      if (how === "healed") await fault[Symbol.asyncDispose]();
      else abort.abort();
      expect(await fault.bitten).toBeUndefined();
      await fault[Symbol.asyncDispose]();
      const engine = bench.engine("HTTP/2");
      expect((await engine.ask("PUT", web, { body: "x" })).status).toBe(200);
      const open = await engine.open("GET", `${services}?watch=true&resourceVersion=3`);
      expect(await isPending(open.ended)).toBe(true);
    },
  );

  test("that missed its time does not strike later", async () => {
    await using bench = await startBench();
    const fault = await inject(targetOf(bench, { biteWithinMs: 20 }));
    expect(await fault.bitten).toBeUndefined();
    expect((await bench.engine("HTTP/2").ask("PUT", web, { body: "x" })).status).toBe(200);
  });
});

test("requests are described as access rules name them", () => {
  expect(describeMatch(undefined)).toBe("requests");
  expect(describeMatch({ verbs: ["update", "patch"], resource: "services/status" })).toBe(
    "update and patch of services/status",
  );
  expect(describeMatch({ resource: "services" }, "watches")).toBe("watches of services");
});

describe("api-server-restart", () => {
  /** An API server that is up or down. */
  function cluster(dies = true): { readonly calls: string[]; readonly target: Partial<FaultTarget> } {
    const calls: string[] = [];
    let isUp = true;
    const lease = {
      killApiServer: async () => {
        calls.push("kill");
        isUp = !dies;
      },
      startApiServer: async () => {
        calls.push("start");
        isUp = true;
      },
      api: {
        request: async () => {
          if (!isUp) throw new Error("connect ECONNREFUSED");
          return { status: 200, body: "ok" };
        },
      },
    };
    return { calls, target: { cluster: lease as unknown as FaultTarget["cluster"], biteWithinMs: 200 } };
  }
  const kind = "api-server-restart";

  test("bites when nobody answers; healing starts it", async () => {
    await using bench = await startBench();
    const { calls, target } = cluster();
    const fault = await apiServerRestart.inject({ kind }, targetOf(bench, target));
    expect(await fault.bitten).toBe("the API server did not answer: connect ECONNREFUSED");
    await fault[Symbol.asyncDispose]();
    await fault[Symbol.asyncDispose]();
    expect(calls).toEqual(["kill", "start"]);
  });

  test("an API server that still answers was not hit", async () => {
    await using bench = await startBench();
    const { target } = cluster(false);
    const fault = await apiServerRestart.inject({ kind }, targetOf(bench, target));
    expect(await fault.bitten).toBeUndefined();
  });

  test("aborted: nothing is looked at any more, and it is started all the same", async () => {
    await using bench = await startBench();
    const abort = new AbortController();
    const { calls, target } = cluster(false);
    const fault = await apiServerRestart.inject(
      { kind },
      targetOf(bench, { ...target, signal: abort.signal }),
    );
    abort.abort();
    expect(await fault.bitten).toBeUndefined();
    await fault[Symbol.asyncDispose]();
    expect(calls).toEqual(["kill", "start"]);
  });
});
