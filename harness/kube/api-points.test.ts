import { describe, expect, test, vi } from "vitest";
import type { ApiWritePoint } from "../model/fault.ts";
import { type Bench, isPending, protocols, startBench } from "./api-proxy.fixture.ts";

// Many connections and their keys: slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const web = "/api/v1/namespaces/a/services/web";
const lease = "/apis/coordination.k8s.io/v1/namespaces/a/leases/web";

function pointAt(answer: ApiWritePoint["answer"], occurrence = 1): ApiWritePoint {
  return { method: "PUT", path: web, occurrence, answer };
}

const bodies = ({ upstream }: Bench): readonly string[] => upstream.seen.map(({ body }) => body);

describe.each(protocols)("API-write points, %s", (protocol) => {
  test("before: not there until it is let go, then as if it were late; others pass", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const held = bench.proxy.faults.holdAt(pointAt("before"));
    const asked = engine.ask("PUT", `${web}?fieldManager=x`, { body: "first" });
    expect(await held.reached).toBe(`PUT ${web} held before it reached the API server`);
    await engine.ask("PUT", lease, { body: "lease" });
    await engine.ask("PUT", web, { body: "second" });
    expect(await isPending(asked)).toBe(true);
    expect(bodies(bench)).toEqual(["lease", "second"]);
    held.release();
    held.release();
    expect((await asked).status).toBe(200);
    expect(bodies(bench)).toEqual(["lease", "second", "first"]);
    expect(bench.writes).toHaveLength(3);
  });

  test.each(["drop", "killed"] as const)("before: never there when the engine was %s", async (how) => {
    await using bench = await startBench();
    const held = bench.proxy.faults.holdAt(pointAt("before"));
    const abort = new AbortController();
    const asked = bench.engine(protocol).ask("PUT", web, { body: "x", signal: abort.signal });
    await held.reached;
    if (how === "drop") held.drop();
    else abort.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() =>
      expect(bench.writes).toEqual([{ method: "PUT", path: web, status: 0, injected: true }]),
    );
    held.release();
    expect(await isPending(vi.waitFor(() => expect(bodies(bench)).not.toEqual([])))).toBe(true);
  });

  test("withheld: done there, and the engine never hears of it", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const held = bench.proxy.faults.holdAt(pointAt("withheld", 2));
    expect((await engine.ask("PUT", web, { body: "first" })).status).toBe(200);
    const asked = engine.ask("PUT", web, { body: "second" });
    expect(await held.reached).toBe(`PUT ${web} answered 200 by the API server, and withheld`);
    expect(bodies(bench)).toEqual(["first", "second"]);
    expect(bench.writes).toEqual([1, 2].map(() => ({ method: "PUT", path: web, status: 200 })));
    expect(await isPending(asked)).toBe(true);
    held.release();
    await expect(asked).rejects.toThrow();
    expect((await engine.ask("PUT", web, { body: "third" })).status).toBe(200);
  });

  test("given: reached when the answer is passed on completely", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const upstream = bench.upstream.hold();
    const held = bench.proxy.faults.holdAt(pointAt("given"));
    const asked = engine.ask("PUT", web, { body: "x" });
    await vi.waitFor(() => expect(bodies(bench)).toEqual(["x"]));
    expect(await isPending(held.reached)).toBe(true);
    upstream.release();
    expect(await held.reached).toBe(`PUT ${web} answered 200`);
    expect((await asked).status).toBe(200);
    held.release();
  });

  test("one that is let go before it is reached says so and holds nobody", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    for (const answer of ["before", "withheld", "given"] as const) {
      const held = bench.proxy.faults.holdAt(pointAt(answer, 2));
      await engine.ask("PUT", web, { body: answer });
      await engine.ask("POST", web, { body: "another method" });
      held.release();
      expect(await held.reached).toBeUndefined();
      expect((await engine.ask("PUT", web, { body: answer })).status).toBe(200);
    }
  });

  test("a status injected at a held write is the answer to that very write", async () => {
    await using bench = await startBench();
    const held = bench.proxy.faults.holdAt(pointAt("before"));
    const asked = bench.engine(protocol).ask("PUT", web, { body: "x" });
    await held.reached;
    bench.proxy.faults.inject({ kind: "status", status: 409, times: 1 });
    held.release();
    expect((await asked).status).toBe(409);
    expect(bodies(bench)).toEqual([]);
  });
});
