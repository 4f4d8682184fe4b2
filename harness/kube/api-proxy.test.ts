import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { eventLine, isPending, protocols, startBench, testKeys } from "./api-proxy.fixture.ts";

// Many connections and their keys: slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const services = "/api/v1/services";
const watch = `${services}?watch=true&resourceVersion=7`;
const web = "/api/v1/namespaces/a/services/web";

describe.each(protocols)("the proxy without a fault, %s", (protocol) => {
  test("passes requests and answers on, and tells of writes once", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const list = await engine.ask("GET", services);
    const created = await engine.ask("POST", services, {
      body: "new",
      headers: { authorization: "Bearer t" },
    });
    await engine.ask("DELETE", web, { body: "options" });
    await engine.ask("DELETE", web);
    expect([list.status, created.status, list.text()]).toEqual([200, 201, `{"done":"${services}"}`]);
    expect(bench.upstream.seen.map(({ method, body }) => [method, body])).toEqual([
      ["GET", ""],
      ["POST", "new"],
      ["DELETE", "options"],
      ["DELETE", ""],
    ]);
    expect(bench.upstream.seen[1]?.headers.authorization).toBe("Bearer t");
    expect(bench.requests).toHaveLength(4);
    expect(bench.writes).toEqual([
      { method: "POST", path: services, status: 201 },
      { method: "DELETE", path: web, status: 200 },
      { method: "DELETE", path: web, status: 200 },
    ]);
  });

  test("streams watches: the head before the first event, each event at once, the end", async () => {
    await using bench = await startBench();
    const answer = await bench.engine(protocol).open("GET", watch);
    expect(answer.status).toBe(200);
    bench.upstream.emit(services, eventLine("one"));
    await vi.waitFor(() => expect(answer.text()).toBe(eventLine("one")));
    bench.upstream.emit(services, eventLine("two"));
    bench.upstream.endWatches();
    expect(await answer.ended).toBe("whole");
    expect(answer.text()).toBe(eventLine("one") + eventLine("two"));
  });

  test("an engine that goes while it waits leaves nothing open, and its write is told of", async () => {
    await using bench = await startBench();
    bench.upstream.hold();
    const abort = new AbortController();
    const asked = bench.engine(protocol).ask("PUT", web, { body: "x", signal: abort.signal });
    await vi.waitFor(() => expect(bench.upstream.seen).toHaveLength(1));
    abort.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => expect(bench.writes).toEqual([{ method: "PUT", path: web, status: 0 }]));
  });

  test("where nobody listens, the engine's connection breaks", async () => {
    await using bench = await startBench();
    await bench.upstream[Symbol.asyncDispose]();
    await expect(bench.engine(protocol).ask("PUT", web, { body: "x" })).rejects.toThrow();
    expect(bench.writes).toEqual([{ method: "PUT", path: web, status: 0 }]);
  });

  test("an API server that dies in the middle breaks the watch off; hanging up does, too", async () => {
    await using bench = await startBench();
    const engine = bench.engine(protocol);
    const answer = await engine.open("GET", watch);
    bench.proxy.hangUp();
    expect(await answer.ended).toBe("broken");
    const next = await engine.open("GET", watch);
    await bench.upstream[Symbol.asyncDispose]();
    expect(await next.ended).toBe("broken");
  });
});

interface Upgraded {
  readonly status: number;
  readonly socket?: Socket;
  readonly first: string;
}

async function upgrade(port: number, path: string): Promise<Upgraded> {
  const { ca } = await testKeys();
  const headers = { connection: "Upgrade", upgrade: "SPDY/3.1" };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(`https://127.0.0.1:${port}${path}`, {
      method: "POST",
      ca,
      headers,
      agent: false,
    });
    request.on("upgrade", (response, socket, head) => {
      resolve({ status: response.statusCode ?? 0, socket, first: head.toString() });
    });
    request.on("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, first: "" });
    });
    request.on("error", reject);
    request.end();
  });
}

describe("upgrades", () => {
  const exec = "/api/v1/namespaces/a/pods/gateway/exec?command=ip";
  const pathname = "/api/v1/namespaces/a/pods/gateway/exec";

  test("bytes pass both ways, and one end ends the other", async () => {
    await using bench = await startBench();
    const { status, socket } = await upgrade(bench.proxy.port, exec);
    let text = "";
    socket?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket?.write("ping");
    await vi.waitFor(() => expect(text).toContain("ping"));
    expect(status).toBe(101);
    expect(bench.upstream.seen[0]?.headers.upgrade).toBe("SPDY/3.1");
    expect(bench.writes).toEqual([{ method: "POST", path: exec, status: 101 }]);
    const gone = new Promise((resolve) => socket?.once("close", resolve));
    socket?.end();
    await gone;
  });

  test("a refusal of the API server is passed on", async () => {
    await using bench = await startBench();
    expect((await upgrade(bench.proxy.port, `${exec}&forbidden`)).status).toBe(403);
  });

  test("a status, a black hole and a point strike them like any other request", async () => {
    await using bench = await startBench();
    const refused = bench.proxy.faults.inject({
      kind: "status",
      status: 403,
      match: { resource: "pods/exec" },
    });
    expect((await upgrade(bench.proxy.port, exec)).status).toBe(403);
    expect(bench.upstream.seen).toHaveLength(0);
    refused.remove();

    const point = { method: "POST", path: pathname, occurrence: 1 } as const;
    const before = bench.proxy.faults.holdAt({ ...point, answer: "before" });
    const late = upgrade(bench.proxy.port, exec);
    expect(await before.reached).toContain(pathname);
    expect(bench.upstream.seen).toHaveLength(0);
    before.release();
    expect((await late).status).toBe(101);

    const withheld = bench.proxy.faults.holdAt({ ...point, answer: "withheld" });
    const never = upgrade(bench.proxy.port, exec);
    expect(await withheld.reached).toContain("answered 101");
    expect(await isPending(never)).toBe(true);
    withheld.release();
    await expect(never).rejects.toThrow();

    const down = bench.proxy.faults.inject({ kind: "down" });
    const lost = upgrade(bench.proxy.port, exec);
    expect(await isPending(lost)).toBe(true);
    down.remove();
    await expect(lost).rejects.toThrow();
    expect((await upgrade(bench.proxy.port, exec)).status).toBe(101);
  });
});
