import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listAt, textAt } from "../../../harness/audit/fields.ts";
import { type ClusterLease, kubeletPort } from "../../../harness/cluster/cluster.ts";
import { answerErrand } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { ClusterNode } from "../../../harness/node/node.ts";
import { startProcess } from "../../../harness/process/start.ts";
import { run } from "../../../harness/process/run.ts";
import { renderKubeconfig } from "../../../harness/run/kubeconfig.ts";
import { until } from "../../../harness/wait/until.ts";
import { checkout } from "../../conformance/plan-run.ts";
import { adminToken } from "../live-engine.fixture.ts";
import { runLabel } from "./pod.ts";

export interface EveryNodeAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Pods that execs were asked of, each once. */
  readonly pods: readonly string[];
  readonly podsLeft: number;
  readonly interrupted: {
    readonly exitCode?: number;
    readonly said: string;
    readonly made: number;
    readonly podsLeft: number;
  };
}

const podsPath = `/api/v1/namespaces/kube-system/pods?labelSelector=${encodeURIComponent(runLabel)}`;
const merge = "application/merge-patch+json";
/** As kube-vip v0.8.4 leaves it; no object names the pod. */
const leak =
  "iptables-nft -t nat -A POSTROUTING -s 10.244.0.9 -m mark --mark 64/64 -m comment --comment a3ViZS12aXAK=kube-vip-shop -j SNAT --to-source 172.31.0.5";

async function register({ api }: ClusterLease, { ref }: ClusterNode): Promise<void> {
  await api.apply({ apiVersion: "v1", kind: "Node", metadata: { name: ref.name } });
  const status = {
    addresses: [{ type: "InternalIP", address: ref.ipv4 }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
  };
  await api.request("PATCH", `/api/v1/nodes/${ref.name}/status`, { status }, merge);
}

async function podsOf({ api }: ClusterLease): Promise<readonly unknown[]> {
  return listAt((await api.request("GET", podsPath)).body, "items");
}

/** What a kubelet tells of a pod that runs. */
async function tellRunning(cluster: ClusterLease, stop: AbortSignal): Promise<void> {
  const container = { name: "audit", ready: true, image: "none", imageID: "", restartCount: 0 };
  const status = { phase: "Running", containerStatuses: [{ ...container, state: { running: {} } }] };
  while (!stop.aborted) {
    for (const pod of await podsOf(cluster)) {
      if (textAt(pod, "status", "phase") === "Running") continue;
      const path = `/api/v1/namespaces/kube-system/pods/${textAt(pod, "metadata", "name")}/status`;
      await cluster.api.request("PATCH", path, { status }, merge);
    }
    // Looked for until it is told to stop: nothing else ends it.
    await sleep(100);
  }
}

await answerErrand<null>(1, async (_, pool): Promise<EveryNodeAnswer> => {
  await using cluster = await pool.acquireCluster();
  const node = await cluster.acquireNode();
  const asked = new Set<string>();
  await using _kubelet = await cluster.openKubelet(node, {
    async run(request, output) {
      asked.add(request.pod);
      const { stdout, stderr, exitCode } = await node.exec(request.command, { allowFailure: true });
      output.stdout(Buffer.from(stdout));
      output.stderr(Buffer.from(stderr));
      return exitCode;
    },
    onExec: () => undefined,
  });
  await register(cluster, node);
  await node.exec(["sh", "-c", leak]);
  const server = `https://${cluster.network.gateway4}:${cluster.network.ports.api}`;
  const file = "/run/leakproof/every-node.yaml";
  await writeFile(file, renderKubeconfig(server, cluster.ca, await adminToken(cluster)), { mode: 0o600 });
  const command = [
    process.execPath,
    join(checkout, "scripts/audit.ts"),
    "--kubeconfig",
    file,
    "--image",
    "none",
    "--engine",
    "kube-vip@v0.8.4",
    "--format",
    "json",
  ] as const;
  const stop = new AbortController();
  const telling = tellRunning(cluster, stop.signal);
  const whole = await run([...command, "--between", "500ms"], { timeoutMs: 60_000, allowFailure: true });
  const podsLeft = (await podsOf(cluster)).length;
  const { exitCode, stdout, stderr } = whole;

  const before = asked.size;
  await using long = await startProcess([...command, "--between", "10m"], {});
  const isAsked = async (): Promise<true | undefined> => (asked.size > before ? true : undefined);
  await until("the second audit looks at the node", isAsked, { timeoutMs: 30_000, everyMs: 50 });
  const made = (await podsOf(cluster)).length;
  long.kill("SIGINT");
  const status = await long.exited;
  const left = (await podsOf(cluster)).length;
  stop.abort();
  await telling;
  const interrupted = { ...status, said: long.log(), made, podsLeft: left };
  return { exitCode, stdout, stderr, pods: [...asked], podsLeft, interrupted };
});
