import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import type { KindNode } from "./kind-node.ts";

/** A way to the cluster's etcd that needs no certificate: on loopback, for the harness. */
export interface EtcdDoor extends AsyncDisposable {
  /** http URL. */
  readonly url: string;
}

/**
 * Opens a way to the etcd of a control plane, with the certificates that its API server uses. What is in the
 * store is the only list of objects that leaves nothing out.
 *
 * @throws {HarnessError} `run/internal` where it cannot listen
 */
export async function openEtcdDoor(node: KindNode): Promise<EtcdDoor> {
  const pki = join(`/proc/${node.pid}/root`, "etc", "kubernetes", "pki");
  const agent = new Agent({
    keepAlive: true,
    ca: await readFile(join(pki, "etcd", "ca.crt")),
    cert: await readFile(join(pki, "apiserver-etcd-client.crt")),
    key: await readFile(join(pki, "apiserver-etcd-client.key")),
  });
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url: path = "/" } = incoming;
    const upstream = httpsRequest({
      host: node.ipv4,
      port: 2379,
      method,
      path,
      agent,
      headers: { "content-type": headers["content-type"] ?? "application/json" },
    });
    upstream.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502);
      answer.pipe(outgoing);
    });
    upstream.on("error", (error) => outgoing.writeHead(502).end(error.message));
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new HarnessError("run/internal", "the way to etcd has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
