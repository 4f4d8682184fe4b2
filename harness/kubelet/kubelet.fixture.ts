import { PassThrough } from "node:stream";
import { Exec, KubeConfig, type V1Status } from "@kubernetes/client-node";
import { answerErrand } from "../cluster/sandbox/in-sandbox.fixture.ts";
import { type ClusterLease, kubeletPort } from "../cluster/cluster.ts";
import type { ClusterNode } from "../node/node.ts";
import { until } from "../wait/until.ts";

/** What came of one exec. */
export interface ExecOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status?: V1Status;
}

export interface KubeletAnswer {
  readonly plain: ExecOutcome;
  readonly failing: ExecOutcome;
  readonly large: number;
  readonly elsewhere: ExecOutcome;
  readonly half: ExecOutcome;
  /** States of all execs, in order. */
  readonly states: readonly string[];
  /** Kernel writes that were seen of the execs. */
  readonly writes: readonly string[];
  /** Routes of table 77 after the exec that failed half-way. */
  readonly routes: number;
  readonly files: string;
}

const container = { namespace: "kube-system", pod: "gw", container: "c" };

async function furnish({ api }: ClusterLease, { ref }: ClusterNode): Promise<string> {
  const metadata = { name: "lp-exec", namespace: "kube-system" };
  await api.apply({ apiVersion: "v1", kind: "Node", metadata: { name: ref.name } });
  const status = {
    addresses: [{ type: "InternalIP", address: ref.ipv4 }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
  };
  const merge = "application/merge-patch+json";
  await api.request("PATCH", `/api/v1/nodes/${ref.name}/status`, { status }, merge);
  const spec = { nodeName: ref.name, containers: [{ name: "c", image: "none" }] };
  for (const name of ["gw", "other"]) {
    await api.apply({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "kube-system" }, spec });
  }
  await api.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await api.apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "lp-exec" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", ...metadata }],
  });
  return api.createToken("kube-system", "lp-exec");
}

function client(
  url: string,
  ca: string,
  token: string,
): (pod: string, script: string) => Promise<ExecOutcome> {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: "c", server: url, caData: Buffer.from(ca).toString("base64"), skipTLSVerify: false }],
    users: [{ name: "u", token }],
    contexts: [{ name: "x", cluster: "c", user: "u" }],
    currentContext: "x",
  });
  return async (pod, script) => {
    const texts = { stdout: "", stderr: "" };
    const stream = (name: "stdout" | "stderr"): PassThrough =>
      new PassThrough().on("data", (chunk: Buffer) => (texts[name] += chunk.toString()));
    let status: V1Status | undefined;
    const argv = ["sh", "-c", script];
    const ended = Promise.withResolvers<void>();
    const socket = await new Exec(config).exec(
      "kube-system",
      pod,
      "c",
      argv,
      stream("stdout"),
      stream("stderr"),
      null,
      false,
      (seen) => (status = seen),
    );
    socket.onclose = () => ended.resolve();
    // A connection that never closes is no reason to wait for ever: what came by then is looked at.
    await Promise.race([ended.promise, new Promise((resolve) => setTimeout(resolve, 15_000))]);
    socket.close();
    return { ...texts, ...(status && { status }) };
  };
}

await answerErrand<null>(1, async (_, pool): Promise<KubeletAnswer> => {
  await using cluster = await pool.acquireCluster();
  const node = await cluster.acquireNode();
  const states: string[] = [];
  const writes: string[] = [];
  await node.openGateway({ ...container, files: { "/own/file": "content" }, writable: ["/etc/own"] }, []);
  await using kubelet = await cluster.openKubelet(node, {
    async run(request, output, stopAfterWrites) {
      if (request.pod !== container.pod) return 126;
      return node.execInGateway({
        argv: request.command,
        onStdout: output.stdout,
        onStderr: output.stderr,
        onKernelWrite: ({ what }) => writes.push(what),
        ...(stopAfterWrites === undefined ? {} : { stopAfterWrites }),
      });
    },
    onExec: (_request, state, code) => states.push(code === undefined ? state : `${state} ${code}`),
  });
  const token = await furnish(cluster, node);
  await using access = await cluster.openAccess(node, {
    onRequest: () => undefined,
    onWrite: () => undefined,
  });
  const exec = client(access.url, cluster.ca, token);
  const plain = await exec("gw", "echo out; echo err >&2");
  const failing = await exec("gw", "exit 3");
  const large = (await exec("gw", "head -c 300000 /dev/zero | tr '\\0' x")).stdout.length;
  const elsewhere = await exec("other", "true");
  const route = (host: number): string => `ip route add 10.99.0.${host}/32 dev eth0 table 77`;
  kubelet.order({ about: "table 77", act: { kind: "fail", afterWrites: 2, exitCode: 9 } });
  const half = await exec("gw", [1, 2, 3, 4].map(route).join("; "));
  const show = ["ip", "route", "show", "table", "77"] as const;
  const routes = (await node.exec([...show])).stdout.trim().split("\n").length;
  const look =
    "cat /own/file; echo x > /etc/own/y && cat /etc/own/y; ls /home /root /etc/shadow 2>&1 | wc -l";
  const files = (await exec("gw", look)).stdout;
  await until("the kubelet is idle", async () => (kubelet.isBusy() ? undefined : true), {
    timeoutMs: 5_000,
    everyMs: 20,
  });
  return { plain, failing, large, elsewhere, half, states, writes, routes, files };
});
