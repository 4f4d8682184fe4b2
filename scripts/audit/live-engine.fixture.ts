import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditReport } from "../../harness/audit/audit.ts";
import type { ClusterLease } from "../../harness/cluster/cluster.ts";
import type { Engine, EngineSelection, RenderContext } from "../../harness/model/engine.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import type { FeatureObject } from "../../harness/model/objects.ts";
import { writeEngineFiles } from "../../harness/node/engine-files.ts";
import { engineEnvironment } from "../../harness/node/engine-environment.ts";
import type { ClusterNode } from "../../harness/node/node.ts";
import { run } from "../../harness/process/run.ts";
import { type RunningProcess, startProcess } from "../../harness/process/start.ts";
import { renderKubeconfig } from "../../harness/run/kubeconfig.ts";
import { until } from "../../harness/wait/until.ts";
import { checkout } from "../conformance/plan-run.ts";

/** A real engine on a node of the sandbox, without a tracer, decoys or probes: as on anybody's machine. */
export interface LiveEngine {
  readonly node: ClusterNode;
  readonly cluster: ClusterLease;
  readonly engine: Engine;
  readonly render: RenderContext;
  apply(object: FeatureObject): Promise<void>;
  remove(object: FeatureObject): Promise<void>;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Until the node has an item whose text has this in it. */
  untilItem(text: string): Promise<void>;
  /** The command itself, with --format json. */
  audit(
    ...args: readonly string[]
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
  log(): string;
}

const namespace = "shop";

/** A token of somebody who may do everything. */
export async function adminToken({ api }: ClusterLease): Promise<string> {
  const metadata = { name: "audit-test", namespace: "kube-system" };
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await api.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await api.apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "audit-test" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", ...metadata }],
  });
  return await api.createToken("kube-system", "audit-test");
}

async function register({ api }: ClusterLease, { ref }: ClusterNode): Promise<void> {
  await api.apply({ apiVersion: "v1", kind: "Node", metadata: { name: ref.name } });
  const addresses = [ref.ipv4, ref.ipv6].map((address) => ({ type: "InternalIP", address }));
  const path = `/api/v1/nodes/${ref.name}/status`;
  await api.request("PATCH", path, { status: { addresses } }, "application/merge-patch+json");
}

/** Prepares an engine on a fresh node of `cluster`; nothing runs yet. */
export async function prepareEngine(
  cluster: ClusterLease,
  choice: {
    readonly engine: Engine;
    readonly program: string;
    readonly version?: string;
    readonly variant: string;
    readonly options?: EngineSelection["options"];
    readonly settings?: Settings;
  },
): Promise<LiveEngine> {
  const { engine, program, version, variant, options = {} } = choice;
  const { network, api, ca } = cluster;
  const node = await cluster.acquireNode();
  const token = await adminToken(cluster);
  await register(cluster, node);
  const server = `https://${network.gateway4}:${network.ports.api}`;
  const kubeconfig = renderKubeconfig(server, ca, token);
  const file = join("/run/leakproof", `audit-${node.ref.name}.yaml`);
  const home = join("/run/leakproof", `audit-${node.ref.name}`);
  await mkdir(home, { recursive: true });
  await writeFile(file, kubeconfig, { mode: 0o600 });
  const settings = choice.settings ?? {
    egressCidrs: { pod: network.podCidr, service: network.serviceCidr },
    leaderElection: true,
  };
  const selection = {
    name: engine.name,
    variant,
    options,
    ...(version === undefined ? {} : { version }),
  };
  const render: RenderContext = { selection, settings, namespace };
  const spec = engine.launch({
    selection,
    settings,
    node: node.ref,
    program,
    home,
    apiServer: server,
    apiCa: ca,
    token,
    kubeconfig,
    workloadNamespace: namespace,
    podCidr: network.podCidr,
    serviceCidr: network.serviceCidr,
    serviceCidr6: network.serviceCidr6,
    interface: "eth0",
  });
  let running: RunningProcess | undefined;
  const label = `${engine.name}${version === undefined ? "" : `@${version}`}`;
  return {
    node,
    cluster,
    engine,
    render,
    async apply(object) {
      for (const each of engine.render(object, render)) await api.apply(each);
    },
    async remove(object) {
      for (const each of engine.render(object, render)) await api.remove(each);
    },
    async start() {
      await writeEngineFiles(home, spec.files);
      const enter = ["unshare", "--uts", "nsenter", `--net=/run/netns/${node.ref.name}`, "--"] as const;
      // Releases before v0.8.0 of kube-vip know themselves by the name of the machine.
      const named = ["sh", "-c", 'hostname "$0"; exec "$@"', spec.hostname] as const;
      const [tool, ...rest] = [...enter, ...named, ...spec.argv];
      running = await startProcess([tool, ...rest], {
        env: engineEnvironment(spec.env),
      });
    },
    async kill() {
      running?.kill("SIGKILL");
      await running?.exited;
    },
    async untilItem(text) {
      const look = async () =>
        (await node.snapshot()).some((item) => item.text.includes(text)) ? true : undefined;
      await until(`${label} on ${node.ref.name} has ${text}`, look, { timeoutMs: 60_000, everyMs: 300 });
    },
    audit: (...args) =>
      run(
        [
          process.execPath,
          join(checkout, "scripts/audit.ts"),
          "--netns",
          node.ref.name,
          "--kubeconfig",
          file,
          "--engine",
          label,
          "--cidr",
          network.podCidr,
          "--cidr",
          network.serviceCidr,
          ...args,
        ],
        { timeoutMs: 120_000, allowFailure: true },
      ),
    log: () => running?.tail(30) ?? "",
  };
}

/** What an audit told, as far as tests compare it. */
export interface Told {
  readonly exitCode: number;
  readonly findings: readonly {
    readonly kind: string;
    readonly text: string;
    readonly owner?: string;
    readonly why: string;
  }[];
  readonly problems: AuditReport["problems"];
  readonly engines: readonly string[];
}

/** Runs the command and reads what it told. */
export async function auditNow(live: LiveEngine, ...args: readonly string[]): Promise<Told> {
  const { exitCode, stdout, stderr } = await live.audit("--format", "json", ...args);
  if (stderr !== "" || stdout === "") throw new Error(`audit said: ${stderr}\n${live.log()}`);
  const report = JSON.parse(stdout) as AuditReport;
  return {
    exitCode,
    findings: report.findings.map(({ kind, text, owner, why }) => ({
      kind,
      text,
      why,
      ...(owner === undefined ? {} : { owner }),
    })),
    problems: report.problems,
    engines: report.nodes.flatMap(({ engines }) => engines.map(({ engine }) => engine)),
  };
}
