import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createPlainServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, expect, it, vi } from "vitest";
import { createAuthority } from "../cluster/sandbox/certificates.ts";
import type { ProbeSample } from "../node/agent/protocol.ts";
import { controlSamples, startApiProbe } from "./api-probe.ts";

const authority = await createAuthority();
const { certificate, key } = await authority.issue("api", { dns: ["kubernetes"], ip: ["127.0.0.1"] });

const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer({ cert: certificate, key }, answer);
  undo.push(() => server.closeAllConnections());
  return listen(server);
}

/** Samples of one kind of connection, as they come. */
function probe(port: number, connection: "new" | "kept"): readonly ProbeSample[] {
  const samples: ProbeSample[] = [];
  const url = `https://127.0.0.1:${port}`;
  const report = (sample: ProbeSample): void =>
    void (sample.connection === connection && samples.push(sample));
  undo.push(startApiProbe({ from: "test", url, ca: authority.certificate, everyMs: 20, report }));
  return samples;
}

/** Waits until the last so many samples fit. */
async function untilSeen(
  samples: readonly ProbeSample[],
  count: number,
  fits: (sample: ProbeSample) => boolean,
): Promise<void> {
  await vi.waitFor(
    () => {
      expect(samples.length).toBeGreaterThanOrEqual(count);
      expect(samples.slice(-count).filter((sample) => !fits(sample))).toEqual([]);
    },
    { timeout: 10_000, interval: 10 },
  );
}

const isOk = ({ ok }: ProbeSample): boolean => ok;

it.each(["new", "kept"] as const)("a %s connection reaches a server that answers", async (connection) => {
  const port = await serve((_request, response) => void response.end("{}"));
  await untilSeen(probe(port, connection), controlSamples + 2, isOk);
});

it("the kept one stays the same, and is opened anew where it was cut", async () => {
  const ports = new Set<number | undefined>();
  const server = createServer({ cert: certificate, key }, (request, response) => {
    ports.add(request.socket.remotePort);
    response.end("{}");
  });
  undo.push(() => server.closeAllConnections());
  const samples = probe(await listen(server), "kept");
  await untilSeen(samples, 5, isOk);
  expect(ports.size).toBe(1);
  server.closeAllConnections();
  const before = samples.length;
  await vi.waitFor(() => expect(samples.length).toBeGreaterThan(before + 3), { timeout: 10_000 });
  await untilSeen(samples, 2, isOk);
  expect(ports.size).toBe(2);
});

it("a status other than 200 is a miss of the kept one", async () => {
  const port = await serve((_request, response) => void response.writeHead(503).end("{}"));
  await untilSeen(probe(port, "kept"), 2, ({ error }) => error === "status 503");
});

it.each(["new", "kept"] as const)("nobody there is a miss of a %s connection", async (connection) => {
  const server = createPlainServer();
  const port = await listen(server);
  server.close();
  await untilSeen(probe(port, connection), 2, ({ error }) => error?.includes("ECONNREFUSED") === true);
});

it.each(["new", "kept"] as const)(
  "who accepts and says nothing is a miss of a %s connection",
  async (connection) => {
    const port = await listen(createPlainServer((socket) => void socket.on("error", () => undefined)));
    const samples = probe(port, connection);
    await untilSeen(samples, 1, ({ error }) => error === "no answer within 1000 ms");
  },
);

it("who refuses the handshake, or hangs up, is a miss", async () => {
  const refuse = createPlainServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 40])));
  });
  await untilSeen(
    probe(await listen(refuse), "new"),
    2,
    ({ error }) => error === "the handshake was refused",
  );
  const hangUp = createPlainServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end());
  });
  await untilSeen(probe(await listen(hangUp), "new"), 2, ({ error }) => error === "closed without an answer");
});

/** A server that goes on while this thread stands still. It takes its time for an answer, so that a look is nearly always under way: no wait for anything. */
const serverThread = `
const { parentPort, workerData } = require("node:worker_threads");
const server = require("node:https").createServer(workerData, (_, response) => setTimeout(() => response.end("{}"), 100));
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it.each(["new", "kept"] as const)(
  "an answer to a %s connection that came while the prober stood still counts, and the stall is told",
  async (connection) => {
    const worker = new Worker(serverThread, { eval: true, workerData: { cert: certificate, key } });
    undo.push(() => void worker.terminate());
    const [port] = (await once(worker, "message")) as [number];
    const samples = probe(port, connection);
    await untilSeen(samples, 3, isOk);
    // In the midst of a look, for longer than one may take.
    await delay(10);
    standStill(1_200);
    await untilSeen(samples, 1, ({ stalledMs = 0 }) => stalledMs > 1_000);
    expect(samples.filter(({ ok }) => !ok)).toEqual([]);
  },
);

it("says nothing more once it is stopped", async () => {
  const port = await serve((_request, response) => void response.end("{}"));
  const samples = probe(port, "new");
  await untilSeen(samples, 1, isOk);
  for (const each of undo.splice(1)) each();
  const count = samples.length;
  await delay(60); // Three times as long as between two looks: the absence of one has no event to wait for.
  expect(samples).toHaveLength(count);
});
