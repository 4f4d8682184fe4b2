import { connect } from "node:net";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { eventLine, isPending, protocols, startBench } from "./api-proxy.fixture.ts";
import { acceptedWatchType, renderGoneEvent } from "./api-status.ts";

// Many connections and their keys: slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const services = "/api/v1/services";
const endpoints = "/api/v1/endpoints";
const watch = `${services}?watch=true&resourceVersion=7`;
const web = "/api/v1/namespaces/a/services/web";
const match = { resource: "services" } as const;
const accepts = { accept: "application/vnd.kubernetes.protobuf, */*" };

const byPath = (one: { path: string }, other: { path: string }): number =>
  one.path.length - other.path.length;

describe.each(protocols)("rules, %s", (protocol) => {
  test("delay: what matches waits, nothing else does, and healing lets go at once", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const rule = bench.proxy.faults.inject({ kind: "delay", delayMs: 120, match: { verbs: ["update"] } });
    const began = performance.now();
    await engine.ask("GET", services);
    expect(rule.hits()).toEqual([]);
    await engine.ask("PUT", web, { body: "x" });
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);
    expect(await rule.bitten).toBe(`1 delayed by 120 ms: PUT ${web}`);
    rule.remove();

    const long = bench.proxy.faults.inject({ kind: "delay", delayMs: 60_000 });
    const asked = engine.ask("PUT", web, { body: "late" });
    await long.bitten;
    expect(await isPending(asked)).toBe(true);
    expect(bench.upstream.seen).toHaveLength(2);
    long.remove();
    long.remove();
    expect((await asked).status).toBe(200);
    expect(bench.upstream.seen[2]?.body).toBe("late");
  });

  test("delay: an engine that is gone meanwhile has never asked", async () => {
    await using bench = await startBench();
    const rule = bench.proxy.faults.inject({ kind: "delay", delayMs: 60_000 });
    const abort = new AbortController();
    const asked = bench.engine(protocol).ask("PUT", web, { body: "x", signal: abort.signal });
    await rule.bitten;
    abort.abort();
    await expect(asked).rejects.toThrow();
    const lost = { method: "PUT", path: web, status: 0, injected: true };
    await vi.waitFor(() => expect(bench.writes).toEqual([lost]));
    rule.remove();
    await isPending(Promise.withResolvers().promise);
    expect(bench.upstream.seen).toEqual([]);
  });

  test.each([403, 409, 429, 500] as const)(
    "status %i: a Status object, and nothing reaches the server",
    async (status) => {
      await using bench = await startBench();
      const engine = bench.engine(protocol);
      const rule = bench.proxy.faults.inject({
        kind: "status",
        status,
        retryAfterS: 3,
        match: { ...match, verbs: ["update"] },
      });
      const answer = await engine.ask("PUT", web, { body: "x" });
      const reasons = { 403: "Forbidden", 409: "Conflict", 429: "TooManyRequests", 500: "InternalError" };
      expect([answer.status, answer.headers["retry-after"]]).toEqual([status, "3"]);
      expect(JSON.parse(answer.text())).toMatchObject({
        kind: "Status",
        apiVersion: "v1",
        status: "Failure",
        reason: reasons[status],
        code: status,
        details: { retryAfterSeconds: 3 },
      });
      expect(await rule.bitten).toBe(`1 answered ${status}: PUT ${web}`);
      expect(bench.writes).toEqual([{ method: "PUT", path: web, status, injected: true }]);
      expect(bench.upstream.seen).toEqual([]);
      // Neither another verb nor another resource.
      expect((await engine.ask("GET", services)).status).toBe(200);
      expect((await engine.ask("PUT", `${web}/status`, { body: "x" })).status).toBe(200);
      rule.remove();
      rule.remove();
      expect((await engine.ask("PUT", web, { body: "x" })).status).toBe(200);
      expect(rule.hits()).toHaveLength(1);
    },
  );

  test("status: only so many times, and no Retry-After that was not asked for", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const rule = bench.proxy.faults.inject({ kind: "status", status: 429, times: 2 });
    const answers = [];
    for (let count = 0; count < 3; count += 1) answers.push(await engine.ask("GET", services));
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]?.headers["retry-after"]).toBeUndefined();
    expect(rule.hits()).toHaveLength(2);
  });

  test("watch-cut: what is open breaks off once, what is not meant goes on", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const [meant, other] = await Promise.all([
      engine.open("GET", watch),
      engine.open("GET", `${endpoints}?watch=1`),
    ]);
    const rule = bench.proxy.faults.inject({ kind: "watch-cut", match });
    expect(await meant.ended).toBe("broken");
    expect(await rule.bitten).toBe(`1 cut: watch of ${services}`);
    const again = await engine.open("GET", watch);
    bench.upstream.emit(services, eventLine("a"));
    bench.upstream.emit(endpoints, eventLine("b"));
    await vi.waitFor(() => expect([again.text(), other.text()]).toEqual([eventLine("a"), eventLine("b")]));
    rule.remove();
    rule.remove();
    expect(rule.hits()).toHaveLength(1);
  });

  test("watch-cut: where none is open, the first that opens; the connection goes with its last watch", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const rule = bench.proxy.faults.inject({ kind: "watch-cut" });
    expect(await isPending(rule.bitten, 30)).toBe(true);
    expect((await engine.ask("GET", services)).status).toBe(200);
    await engine.open("GET", watch).then(
      async ({ ended }) => expect(await ended).toBe("broken"),
      () => undefined, // The head was still on its way.
    );
    await rule.bitten;
    expect((await engine.open("GET", watch)).status).toBe(200);
  });

  test.each<{ accept?: string }>([{}, accepts])(
    "watch-gone: an ERROR event 410, for the next that goes on from there too %j",
    async (headers) => {
      await using bench = await startBench();
      const engine = bench.engine(protocol);
      const expired = renderGoneEvent(acceptedWatchType(headers.accept).encoding);
      const open = await engine.open("GET", watch, { headers });
      const other = await engine.open("GET", `${endpoints}?watch=1`);
      bench.upstream.emit(services, expired);
      await vi.waitFor(() => expect(open.bytes()).toEqual(expired));
      const rule = bench.proxy.faults.inject({ kind: "watch-gone", match });
      expect(await open.ended).toBe("whole");
      expect(open.bytes()).toEqual(Buffer.concat([expired, expired]));
      const next = await engine.ask("GET", watch, { headers });
      expect([next.status, next.headers["content-type"], next.bytes()]).toEqual([
        200,
        open.headers["content-type"],
        expired,
      ]);
      expect(rule.hits()).toHaveLength(2);
      // Once is enough; and the others do not notice.
      const last = await engine.open("GET", watch, { headers });
      bench.upstream.emit(endpoints, eventLine("b"));
      await vi.waitFor(() => expect(other.text()).toBe(eventLine("b")));
      expect(await isPending(last.ended)).toBe(true);
      rule.remove();
      rule.remove();
    },
  );

  test("watch-gone: an engine that lists again, or lists by its watch, goes on from a new version", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const rule = bench.proxy.faults.inject({ kind: "watch-gone" });
    await engine.ask("GET", services);
    const fresh = [
      await engine.open("GET", watch),
      await engine.open("GET", `${endpoints}?watch=true&sendInitialEvents=true&resourceVersion=3`),
      await engine.open("GET", "/api/v1/nodes?watch=true&resourceVersion=0"),
    ];
    expect(await isPending(Promise.race(fresh.map(({ ended }) => ended)))).toBe(true);
    expect(rule.hits()).toEqual([]);
    rule.remove();
    const pods = "/api/v1/pods?watch=true&resourceVersion=3";
    expect(await isPending((await engine.open("GET", pods)).ended)).toBe(true);
  });

  test("stale: events wait, answers do not, and all come in order", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const open = await engine.open("GET", watch);
    const other = await engine.open("GET", `${endpoints}?watch=1`);
    const rule = bench.proxy.faults.inject({ kind: "stale", match });
    bench.upstream.emit(services, eventLine("7", "BOOKMARK"));
    bench.upstream.emit(endpoints, eventLine("e"));
    await vi.waitFor(() => expect(other.text()).toBe(eventLine("e")));
    expect(rule.hits()).toEqual([]);
    bench.upstream.emit(services, eventLine("1"));
    await rule.bitten;
    bench.upstream.emit(services, eventLine("2"));
    bench.upstream.endWatches();
    expect((await engine.ask("GET", services)).status).toBe(200);
    expect(await isPending(open.ended)).toBe(true);
    expect(open.text()).toBe("");
    rule.remove();
    rule.remove();
    expect(await open.ended).toBe("whole");
    expect(open.text()).toBe(eventLine("7", "BOOKMARK") + eventLine("1") + eventLine("2"));
  });

  test("stale: the list that a watch begins with still comes", async () => {
    await using bench = await startBench();
    const rule = bench.proxy.faults.inject({ kind: "stale" });
    const listing = `${services}?watch=true&sendInitialEvents=true`;
    const open = await bench.engine(protocol).open("GET", listing);
    const end = `{"type":"BOOKMARK","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"}}}}\n`;
    bench.upstream.emit(services, eventLine("old", "ADDED") + end + eventLine("new"));
    await rule.bitten;
    await vi.waitFor(() => expect(open.text()).toBe(eventLine("old", "ADDED") + end));
    rule.remove();
    await vi.waitFor(() => expect(open.text()).toContain(eventLine("new")));
  });

  test("down: no answer, no event, no connection; and all of them end when it is healed", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const held = bench.upstream.hold();
    const before = engine.ask("PUT", `${web}/status`, { body: "x" });
    await vi.waitFor(() => expect(bench.upstream.seen).toHaveLength(1));
    const rule = bench.proxy.faults.inject({ kind: "down" });
    held.release();
    const during = engine.ask("PUT", web, { body: "x" });
    await vi.waitFor(() =>
      expect(rule.hits()).toContain(protocol === "HTTP/2" ? `PUT ${web}` : "new connection"),
    );
    const stranger = bench.engine(protocol).ask("GET", services);
    const raw = connect(bench.proxy.port, "127.0.0.1").resume();
    const rawEnded = new Promise((resolve) => raw.on("close", resolve));
    expect(await isPending(Promise.race([before, during, stranger, rawEnded]))).toBe(true);
    expect(bench.upstream.seen).toHaveLength(1);
    // Over HTTP/1.1 the second one needs a connection of its own, and never gets through.
    expect(bench.writes.toSorted(byPath)).toEqual([
      ...(protocol === "HTTP/2" ? [{ method: "PUT", path: web, status: 0, injected: true }] : []),
      { method: "PUT", path: `${web}/status`, status: 200 },
    ]);
    rule.remove();
    rule.remove();
    for (const asked of [before, during, stranger]) await expect(asked).rejects.toThrow();
    await rawEnded;
    expect((await engine.ask("GET", services)).status).toBe(200);
  });

  test("down: a watch gets nothing more, and its event is the bite", async () => {
    await using bench = await startBench();
    const open = await bench.engine(protocol).open("GET", watch);
    const rule = bench.proxy.faults.inject({ kind: "down" });
    bench.upstream.emit(services, eventLine("1"));
    expect(await rule.bitten).toBe(`1 left without an answer: event of a watch of ${services}`);
    bench.upstream.endWatches();
    expect(await isPending(open.ended)).toBe(true);
    rule.remove();
    expect(await open.ended).toBe("broken");
    expect(open.text()).toBe("");
  });
});

test("two engines: a rule of one proxy is no rule of the other", async () => {
  await using one = await startBench();
  await using other = await startBench();
  one.proxy.faults.inject({ kind: "down" });
  expect((await other.engine("HTTP/2").ask("GET", services)).status).toBe(200);
});

test("always: whatever comes while events are held back, an engine gets the events in order, each once", async () => {
  await using bench = await startBench();
  const engine = bench.engine("HTTP/2");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("event", "hold", "release"), { maxLength: 12 }),
      async (acts) => {
        const open = await engine.open("GET", watch);
        const held: { remove(): void }[] = [];
        let sent = "";
        for (const [index, act] of acts.entries()) {
          if (act === "hold") held.push(bench.proxy.faults.inject({ kind: "stale" }));
          if (act === "release") held.pop()?.remove();
          if (act !== "event") continue;
          sent += eventLine(String(index));
          bench.upstream.emit(services, eventLine(String(index)));
        }
        for (const rule of held) rule.remove();
        bench.upstream.endWatches();
        expect(await open.ended).toBe("whole");
        expect(open.text()).toBe(sent);
      },
    ),
    { numRuns: 30 },
  );
});
