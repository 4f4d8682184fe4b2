import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { kubeProxy } from "../../engines/kube-proxy/engine.ts";
import { reference } from "../../engines/reference/engine.ts";
import { at, listAt, textAt } from "../../harness/audit/fields.ts";
import { type ClusterLease, kubeletPort } from "../../harness/cluster/cluster.ts";
import { answerErrand } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import { extraKeys, listStoreKeys } from "../../harness/kube/etcd-keys.ts";
import type { FeatureObject, KubeObject } from "../../harness/model/objects.ts";
import { run } from "../../harness/process/run.ts";
import { startProcess } from "../../harness/process/start.ts";
import { renderKubeconfig } from "../../harness/run/kubeconfig.ts";
import { until } from "../../harness/wait/until.ts";
import { adminToken, type LiveEngine, prepareEngine } from "../audit/live-engine.fixture.ts";
import { checkout } from "./plan-run.ts";

/** Somebody's cluster: which engine runs there, and what is run on it. */
export interface ExistingErrand {
  readonly engine: "kube-proxy" | "reference";
  readonly variant: string;
  /** Path of its program. */
  readonly program: string;
  /** Options of the engine that runs, which the run is not told. */
  readonly options?: Readonly<Record<string, string>>;
  /** Further arguments of the run. */
  readonly argv: readonly string[];
  /** Directory of this machine for the run's own. */
  readonly out: string;
  /** `interrupt`: SIGINT as soon as it writes; `kill`: SIGKILL then, and sweep. */
  readonly end?: "interrupt" | "kill";
}

export interface ExistingAnswer {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly said: string;
  readonly report?: string;
  /** What sweep said. */
  readonly swept?: string;
  /** Namespaces of runs that were there in the middle, and are there at the end. */
  readonly namespaces: { readonly during: readonly string[]; readonly left: readonly string[] };
  /** Keys of the store that came and stay, and that are gone, but for what the test itself makes. */
  readonly store: { readonly came: readonly string[]; readonly gone: readonly string[] };
  /** Rules of the Service of somebody else: when the run began, and when it was over. */
  readonly others: readonly [number, number];
}

const merge = "application/merge-patch+json";
const runs = `/api/v1/namespaces?labelSelector=${encodeURIComponent("leakproof.dev/run")}`;
const image = "registry.example.org/";

async function itemsOf({ api }: ClusterLease, path: string): Promise<readonly unknown[]> {
  return listAt((await api.request("GET", path)).body, "items");
}

const nameOf = (object: unknown): string => textAt(object, "metadata", "name") ?? "";

async function runNamespaces(cluster: ClusterLease): Promise<readonly string[]> {
  return (await itemsOf(cluster, runs)).map(nameOf);
}

/** What a kubelet tells of pods of a run. */
async function tellPods(cluster: ClusterLease, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  for (const pod of await itemsOf(cluster, path)) {
    if (textAt(pod, "status", "phase") === "Running") continue;
    const container = { name: "audit", ready: true, image: "none", imageID: "", restartCount: 0 };
    const status = { phase: "Running", containerStatuses: [{ ...container, state: { running: {} } }] };
    await cluster.api.request("PATCH", `${path}/${nameOf(pod)}/status`, { status }, merge);
  }
}

/** What is in a namespace goes, and then the namespace: as its controller does it. */
async function endNamespace({ api }: ClusterLease, name: string): Promise<void> {
  const groups = [
    ["/api/v1", ["services", "endpoints", "pods", "serviceaccounts"]],
    ["/apis/discovery.k8s.io/v1", ["endpointslices"]],
    ["/apis/coordination.k8s.io/v1", ["leases"]],
  ] as const;
  for (const [group, kinds] of groups)
    for (const kind of kinds)
      for (const object of listAt(
        (await api.request("GET", `${group}/namespaces/${name}/${kind}`)).body,
        "items",
      ))
        await api.request("DELETE", `${group}/namespaces/${name}/${kind}/${nameOf(object)}`, {
          gracePeriodSeconds: 0,
        });
  const metadata = { name };
  const body = { apiVersion: "v1", kind: "Namespace", metadata, spec: { finalizers: [] } };
  await api.request("PUT", `/api/v1/namespaces/${name}/finalize`, body);
}

/** The controllers and the kubelet that a cluster of somebody's has, as far as runs meet them. */
async function control(cluster: ClusterLease, seen: Set<string>, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    for (const namespace of await itemsOf(cluster, runs)) {
      const name = nameOf(namespace);
      if (at(namespace, "metadata", "deletionTimestamp") !== undefined) await endNamespace(cluster, name);
      else {
        if (!seen.has(name))
          await cluster.api.request("POST", `/api/v1/namespaces/${name}/serviceaccounts`, {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: "default" },
          });
        seen.add(name);
        await tellPods(cluster, name);
      }
    }
    // Looked for until it is told to stop: nothing else ends it.
    await sleep(50);
  }
}

/** Somebody else's Service comes and goes all the time. */
async function churn(live: LiveEngine, stop: AbortSignal): Promise<void> {
  const object = (count: number): FeatureObject => somebodys(`busy-${count}`, 100 + (count % 100));
  for (let count = 0; !stop.aborted; count++) {
    await live.apply(object(count));
    // Somebody's own pace.
    await sleep(1_500);
    await live.remove(object(count));
    await sleep(1_500);
  }
}

function somebodys(name: string, last: number): FeatureObject {
  return {
    kind: "service",
    name,
    type: "ClusterIP",
    clusterIp: `10.97.1.${last}`,
    ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
    backends: [{ address: `10.244.7.${last}`, node: "elsewhere" }],
  };
}

async function registerPod(cluster: ClusterLease, node: string, engine: string): Promise<void> {
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "engine", namespace: "kube-system" },
    spec: {
      nodeName: node,
      containers: [{ name: "engine", image, args: ["--cluster-cidr=10.244.0.0/16"] }],
    },
  };
  const container = {
    name: "engine",
    image: `${image}${engine}:v1.0.0`,
    imageID: `${image}${engine}@sha256:${"ab".repeat(32)}`,
    ready: true,
    restartCount: 0,
    state: { running: {} },
  };
  const spec = pod["spec"] as { containers: readonly object[] };
  await cluster.api.apply({
    ...pod,
    spec: { ...spec, containers: spec.containers.map((each) => ({ ...each, image: container.image })) },
  });
  const status = { phase: "Running", containerStatuses: [container] };
  await cluster.api.request("PATCH", "/api/v1/namespaces/kube-system/pods/engine/status", { status }, merge);
}

/** A cluster that has nothing to do with the harness, but that this test has made it. */
async function prepare(cluster: ClusterLease, errand: ExistingErrand) {
  const engine = errand.engine === "reference" ? reference : kubeProxy;
  const live = await prepareEngine(cluster, {
    engine,
    program: errand.program,
    variant: errand.variant,
    options: errand.options ?? {},
    settings: {},
  });
  const { node } = live;
  const kubelet = await cluster.openKubelet(node, {
    async run(request, output) {
      const { stdout, stderr, exitCode } = await node.exec(request.command, { allowFailure: true });
      output.stdout(Buffer.from(stdout));
      output.stderr(Buffer.from(stderr));
      return exitCode;
    },
    onExec: () => undefined,
  });
  const path = `/api/v1/nodes/${node.ref.name}/status`;
  const status = { daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } } };
  await cluster.api.request("PATCH", path, { status }, merge);
  await registerPod(
    cluster,
    node.ref.name,
    errand.engine === "reference" ? "leakproof-reference" : "kube-proxy",
  );
  await live.start();
  if (errand.engine === "kube-proxy") {
    await live.apply(somebodys("own", 7));
    await live.untilItem("10.97.1.7");
  }
  return { live, kubelet };
}

async function rulesOfOther({ node }: LiveEngine): Promise<number> {
  return (await node.snapshot()).filter(({ text }) => text.includes("10.97.1.7")).length;
}

await answerErrand<ExistingErrand>(1, async (errand, pool): Promise<ExistingAnswer> => {
  await using cluster = await pool.acquireCluster();
  const { live, kubelet } = await prepare(cluster, errand);
  await using _kubelet = kubelet;
  const { network, api } = cluster;
  const server = `https://${network.gateway4}:${network.ports.api}`;
  const file = "/run/leakproof/existing.yaml";
  await mkdir("/run/leakproof", { recursive: true });
  await writeFile(file, renderKubeconfig(server, cluster.ca, await adminToken(cluster)), { mode: 0o600 });
  const etcd = `http://127.0.0.1:${network.ports.etcd}`;
  const stop = new AbortController();
  const seen = new Set<string>();
  const controlling = control(cluster, seen, stop.signal);
  const before = await listStoreKeys(etcd);
  const rulesBefore = await rulesOfOther(live);
  const ending = new AbortController();
  const busy = errand.engine === "kube-proxy" ? churn(live, ending.signal) : Promise.resolve();
  const own = [
    "--provider",
    "existing",
    "--kubeconfig",
    file,
    "--i-own-this-cluster",
    "--node-image",
    "none",
  ];
  const argv = [...own, "--out", errand.out, ...errand.argv];
  const command = [process.execPath, join(checkout, "scripts/conformance.ts"), ...argv] as const;
  await using running = await startProcess(command, { extendEnv: true, env: { CI: "true" } });
  if (errand.end !== undefined) {
    const isWriting = async (): Promise<true | undefined> =>
      (await itemsOf(cluster, "/api/v1/services")).some((each) =>
        (textAt(each, "metadata", "namespace") ?? "").startsWith("leakproof-"),
      ) || running.hasExited()
        ? true
        : undefined;
    await until("the run writes", isWriting, { timeoutMs: 90_000, everyMs: 50 });
    running.kill(errand.end === "kill" ? "SIGKILL" : "SIGINT");
  }
  const status = await running.exited;
  const during = errand.end === "kill" ? await runNamespaces(cluster) : [...seen];
  const sweep = [process.execPath, join(checkout, "scripts/sweep.ts"), "--kubeconfig", file] as const;
  const swept =
    errand.end === "kill" ? await run(sweep, { timeoutMs: 60_000, allowFailure: true }) : undefined;
  ending.abort();
  await busy;
  const left = await runNamespaces(cluster);
  const after = await listStoreKeys(etcd);
  const rulesAfter = await rulesOfOther(live);
  stop.abort();
  await controlling;
  await live.kill();
  await api.request("DELETE", "/api/v1/namespaces/kube-system/pods/engine", { gracePeriodSeconds: 0 });
  const path = /report: (\S+)/.exec(running.log())?.[1];
  const report = path === undefined ? undefined : await readFile(path, "utf8");
  return {
    ...status,
    said: running.log(),
    ...(report === undefined ? {} : { report }),
    ...(swept === undefined ? {} : { swept: swept.stdout + swept.stderr }),
    namespaces: { during, left },
    store: { came: extraKeys(before, after), gone: extraKeys(after, before) },
    others: [rulesBefore, rulesAfter],
  };
});
