import { get } from "node:https";
import { apiServerRestart } from "../../fault/api-server-restart.ts";
import type { FaultTarget } from "../../fault/fault.ts";
import { connectKube, type KubeApi } from "../../kube/client.ts";
import type { ApiWrite } from "../../kube/api-exchange.ts";
import type { ClusterLease } from "../cluster.ts";
import { answerErrand } from "./in-sandbox.fixture.ts";

/** What the test wants to know. */
export interface RestartAnswer {
  readonly evidence: string | undefined;
  /** Status of a request of an engine: before, while the server is gone, after. */
  readonly asked: readonly (number | string)[];
  readonly writes: readonly ApiWrite[];
  /** An object of before, read by the harness after the restart. */
  readonly kept: number;
  /** Names that are left when a lease ended with the server dead, and the next began. */
  readonly leftovers: readonly string[];
  readonly nextLease: number;
  /** Status, type and, in hexadecimal, body of a watch that goes on from a version which is too old, in protobuf. */
  readonly expired: string;
}

const map = "/api/v1/namespaces/lp-restart/configmaps/kept";

async function furnish({ api }: ClusterLease): Promise<string> {
  const metadata = { name: "lp-restart" };
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata });
  const namespaced = { name: "kept", namespace: metadata.name };
  await api.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: namespaced, data: { a: "b" } });
  await api.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: namespaced });
  const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const subjects = [{ kind: "ServiceAccount", ...namespaced }];
  const binding = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata };
  await api.apply({ ...binding, roleRef: role, subjects });
  return api.createToken(metadata.name, "kept");
}

/** Each time by a connection of its own: one from before may end with the server, and the request with it. */
async function ask(connect: () => KubeApi): Promise<number | string> {
  using engine = connect();
  const patch = { metadata: { labels: { touched: "yes" } } };
  try {
    return (await engine.request("PATCH", map, patch, "application/merge-patch+json")).status;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function expiredWatch(url: string, ca: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, accept: "application/vnd.kubernetes.protobuf" };
  return new Promise((resolve, reject) => {
    const path = "/api/v1/services?watch=true&resourceVersion=1";
    const signal = AbortSignal.timeout(10_000);
    get(`${url}${path}`, { ca, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const hex = Buffer.concat(chunks).toString("hex");
        resolve(`${response.statusCode} ${response.headers["content-type"]} ${hex}`);
      });
    }).on("error", reject);
  });
}

await answerErrand<null>(1, async (_input, pool) => {
  const writes: ApiWrite[] = [];
  const asked: (number | string)[] = [];
  let answer: Omit<RestartAnswer, "leftovers" | "nextLease"> | undefined;
  {
    await using cluster = await pool.acquireCluster();
    const token = await furnish(cluster);
    const node = await cluster.acquireNode();
    await using access = await cluster.openAccess(node, {
      onRequest: () => undefined,
      onWrite: (write) => void writes.push(write),
    });
    const engine = (): KubeApi => connectKube({ server: access.url, ca: cluster.ca, token });
    asked.push(await ask(engine));
    const { signal } = new AbortController();
    const target = { cluster, access, biteWithinMs: 5_000, signal } as unknown as FaultTarget;
    const fault = await apiServerRestart.inject({ kind: "api-server-restart" }, target);
    const evidence = await fault.bitten;
    asked.push(await ask(engine));
    await Promise.all([fault[Symbol.asyncDispose](), fault[Symbol.asyncDispose]()]);
    asked.push(await ask(engine));
    // A new server knows no version from before its start.
    const expired = await expiredWatch(access.url, cluster.ca, token);
    const kept = (await cluster.api.request("GET", map)).status;
    await cluster.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "lp-after" } });
    await cluster.killApiServer();
    answer = { evidence, asked, writes, kept, expired };
  }
  await using next = await pool.acquireCluster();
  const leftovers = (await next.leftovers()).map(({ target }) => target);
  return { ...answer, leftovers, nextLease: (await next.api.request("GET", map)).status };
});
