import { createSocket } from "node:dgram";
import { isMainThread, Worker, workerData } from "node:worker_threads";

/** The program that the tracer tests itself with: `PORT THREADS DATAGRAMS`, every thread on a socket of its own. */
const [port = 0, threads = 0, datagrams = 0] = process.argv.slice(2).map(Number);

async function sendAll(port: number, count: number): Promise<void> {
  const socket = createSocket("udp4");
  for (let left = count; left > 0; left--) {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.send("x", port, "127.0.0.1", () => resolve());
    await promise;
  }
  socket.close();
}

if (isMainThread) {
  for (let left = threads; left > 0; left--) {
    new Worker(new URL(import.meta.url), { workerData: { port, datagrams } });
  }
} else {
  const own = workerData as { readonly port: number; readonly datagrams: number };
  await sendAll(own.port, own.datagrams);
}
