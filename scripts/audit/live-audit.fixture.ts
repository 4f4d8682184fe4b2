import { join } from "node:path";
import { kubeProxy } from "../../engines/kube-proxy/engine.ts";
import { kubeRouter } from "../../engines/kube-router/engine.ts";
import { kubeVip } from "../../engines/kube-vip/engine.ts";
import { reference } from "../../engines/reference/engine.ts";
import type { ClusterLease } from "../../harness/cluster/cluster.ts";
import { answerErrand } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { FeatureObject } from "../../harness/model/objects.ts";
import { renderItem } from "../../harness/model/state.ts";
import { checkout } from "../conformance/plan-run.ts";
import { auditNow, type LiveEngine, prepareEngine, type Told } from "./live-engine.fixture.ts";

/** What is to be tried; programs by their paths. */
export interface AuditErrand {
  readonly kubeProxy?: string;
  readonly kubeVipV084?: string;
  readonly kubeVipV070?: string;
  readonly kubeVipV085?: string;
  readonly kubeRouterV221?: string;
}

export interface AuditAnswer {
  readonly proxy: Readonly<
    Record<
      string,
      { readonly atRest: Told; readonly afterDeletion: Told; readonly addresses: readonly string[] }
    >
  >;
  readonly egress?: {
    readonly told: Told;
    readonly expected: readonly string[];
    readonly owner: string;
    readonly afterPlan: Told;
    readonly left: readonly string[];
  };
  readonly routes?: { readonly told: Told; readonly stale: string };
  /** Engines that have done what they were told, by name. */
  readonly resting: Readonly<Record<string, Told>>;
}

function service(index: number, backends: number): Extract<FeatureObject, { kind: "service" }> {
  return {
    kind: "service",
    name: `web-${index}`,
    type: index % 4 === 0 ? "NodePort" : "ClusterIP",
    clusterIp: `10.97.1.${index + 1}`,
    ports: [
      {
        name: "http",
        protocol: "TCP",
        port: 80,
        targetPort: 8080,
        ...(index % 4 === 0 ? { nodePort: 30_100 + index } : {}),
      },
      {
        name: "dns",
        protocol: "UDP",
        port: 53,
        targetPort: 5353,
        ...(index % 4 === 0 ? { nodePort: 31_100 + index } : {}),
      },
    ],
    backends: Array.from({ length: backends }, (_, pod) => ({
      address: `10.244.7.${index * 5 + pod + 1}`,
      node: "elsewhere",
    })),
  };
}

/** For whoever waits: what was done so far. */
const note = (line: string): void => void process.stderr.write(`${line}\n`);

/** Six Services of all sizes, none of them with a leftover; then one that is deleted while kube-proxy is dead. */
async function tryProxy(cluster: ClusterLease, program: string, variant: string) {
  const live = await prepareEngine(cluster, { engine: kubeProxy, program, variant });
  const services = Array.from({ length: 6 }, (_, index) => service(index, index % 5));
  await Promise.all(services.map((each) => live.apply(each)));
  await live.start();
  await live.untilItem("10.97.1.6");
  const atRest = await auditNow(live, "--between", "1500ms");
  await live.kill();
  const gone = service(4, 4);
  await live.remove(gone);
  const afterDeletion = await auditNow(live, "--between", "10ms");
  await Promise.all(services.map((each) => live.remove(each)));
  note(`kube-proxy/${variant}: ${atRest.findings.length} findings, then ${afterDeletion.findings.length}`);
  for (const { kind, text } of atRest.findings) note(`  ${kind} ${text}`);
  return {
    atRest,
    afterDeletion,
    addresses: [gone.clusterIp, ...gone.backends.map(({ address }) => address)],
  };
}

function egress(live: LiveEngine, pod: string): FeatureObject {
  return {
    kind: "egress-service",
    name: "out",
    vip: "172.31.9.9",
    backends: [{ address: pod, node: live.node.ref.name }],
  };
}

/** It stays, as the vendor's role has no right to delete it, and would be a finding of the next. */
async function removeEgressLease({ api }: ClusterLease): Promise<void> {
  const metadata = { name: "kubevip-out", namespace: "shop" };
  await api.remove({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata });
}

/** The endpoint moves on its node: what is left is taken away by the plan's own commands. */
async function tryEgress(cluster: ClusterLease, program: string) {
  const live = await prepareEngine(cluster, { engine: kubeVip, program, version: "v0.8.4", variant: "rt" });
  await live.apply(egress(live, "10.244.0.5"));
  await live.start();
  await live.untilItem("-s 10.244.0.5/32 -m mark");
  await live.apply(egress(live, "10.244.0.6"));
  await live.untilItem("-s 10.244.0.6/32 -m mark");
  const told = await auditNow(live, "--between", "3s");
  const expected = (await live.node.snapshot())
    .filter(({ text }) => / -s 10\.244\.0\.5\/32 /.test(text))
    .map(({ text }) => text);
  const { stdout } = await live.audit("--between", "10ms", "--plan");
  const commands = stdout.slice(stdout.indexOf("# Nothing of this was run"));
  await live.node.exec(["sh", "-ec", commands]);
  const afterPlan = await auditNow(live, "--between", "10ms");
  const left = (await live.node.snapshot()).filter(({ text }) => text.includes("10.244.0.")).map(renderItem);
  await live.kill();
  await live.remove(egress(live, "10.244.0.6"));
  await removeEgressLease(cluster);
  return { told, expected, owner: "Service shop/out", afterPlan, left };
}

/** Recreated with another address while kube-vip is down. */
async function tryRoutes(cluster: ClusterLease, program: string) {
  const live = await prepareEngine(cluster, { engine: kubeVip, program, version: "v0.7.0", variant: "rt" });
  const routed = (vip: string): FeatureObject => ({
    kind: "routed-service",
    name: "routed",
    vip,
    backends: [{ address: "10.244.0.7", node: live.node.ref.name }],
  });
  await live.apply(routed("172.31.9.105"));
  await live.start();
  await live.untilItem("172.31.9.105 dev eth0");
  await live.kill();
  await live.remove(routed("172.31.9.105"));
  await live.apply(routed("172.31.9.106"));
  await live.start();
  await live.untilItem("172.31.9.106 dev eth0");
  const told = await auditNow(live, "--between", "1s");
  await live.kill();
  return { told, stale: "unicast 172.31.9.105 dev eth0 proto boot scope global" };
}

/** What an engine has when it has nothing left to do. */
async function tryRest(
  live: LiveEngine,
  object: (live: LiveEngine) => FeatureObject,
  item: string,
): Promise<Told> {
  const made = object(live);
  await live.apply(made);
  await live.start();
  await live.untilItem(item);
  const told = await auditNow(live, "--between", "3s");
  await live.kill();
  await live.remove(made);
  note(`${live.engine.name} at rest: ${told.findings.length} findings`);
  for (const { kind, text } of told.findings) note(`  ${kind} ${text}`);
  return told;
}

/** A pod of the node that may be reached by one other pod. */
function policy({ node: { ref } }: LiveEngine): FeatureObject {
  const pod = (name: string, address: string) => ({
    name,
    address,
    node: ref.name,
    hostAddress: ref.ipv4,
  });
  return {
    kind: "pod-policy",
    name: "guarded",
    pods: [pod("guarded", "10.244.0.8")],
    clients: [pod("client", "10.244.0.9")],
    port: 8080,
  };
}

/** Nothing of an engine at rest is a leftover: its frame, its sets and its chains that nothing leads to yet. */
async function tryResting(cluster: ClusterLease, errand: AuditErrand): Promise<Record<string, Told>> {
  const egressOf = (live: LiveEngine): FeatureObject => egress(live, "10.244.0.5");
  const { kubeVipV085, kubeRouterV221 } = errand;
  const program = join(checkout, "engines/reference/main.ts");
  const own = await prepareEngine(cluster, { engine: reference, program, variant: "default" });
  const told: Record<string, Told> = { reference: await tryRest(own, egressOf, "10.244.0.5") };
  if (kubeVipV085 !== undefined) {
    const choice = { engine: kubeVip, program: kubeVipV085, version: "v0.8.5", variant: "rt" } as const;
    told["kube-vip"] = await tryRest(
      await prepareEngine(cluster, choice),
      egressOf,
      "-s 10.244.0.5/32 -m mark",
    );
    await removeEgressLease(cluster);
  }
  if (kubeRouterV221 !== undefined) {
    const live = await prepareEngine(cluster, {
      engine: kubeRouter,
      program: kubeRouterV221,
      version: "v2.2.1",
      variant: "firewall",
      settings: { networkPolicies: true },
    });
    told["kube-router"] = await tryRest(live, policy, "KUBE-POD-FW-");
  }
  return told;
}

await answerErrand<AuditErrand>(1, async (errand, pool): Promise<AuditAnswer> => {
  await using cluster = await pool.acquireCluster();
  const proxy: Record<string, Awaited<ReturnType<typeof tryProxy>>> = {};
  if (errand.kubeProxy !== undefined)
    for (const variant of kubeProxy.variants)
      proxy[variant] = await tryProxy(cluster, errand.kubeProxy, variant);
  return {
    proxy,
    resting: await tryResting(cluster, errand),
    ...(errand.kubeVipV084 === undefined ? {} : { egress: await tryEgress(cluster, errand.kubeVipV084) }),
    ...(errand.kubeVipV070 === undefined ? {} : { routes: await tryRoutes(cluster, errand.kubeVipV070) }),
  };
});
