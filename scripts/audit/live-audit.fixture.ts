import { kubeProxy } from "../../engines/kube-proxy/engine.ts";
import { kubeVip } from "../../engines/kube-vip/engine.ts";
import type { ClusterLease } from "../../harness/cluster/cluster.ts";
import { answerErrand } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { FeatureObject } from "../../harness/model/objects.ts";
import { renderItem } from "../../harness/model/state.ts";
import { auditNow, type LiveEngine, prepareEngine, type Told } from "./live-engine.fixture.ts";

/** What is to be tried; programs by their paths. */
export interface AuditErrand {
  readonly kubeProxy?: string;
  readonly kubeVipV084?: string;
  readonly kubeVipV070?: string;
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
  // It stays, as the vendor's role has no right to delete it, and would be a finding of the next.
  const lease = { name: "kubevip-out", namespace: "shop" };
  await cluster.api.remove({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: lease });
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

await answerErrand<AuditErrand>(1, async (errand, pool): Promise<AuditAnswer> => {
  await using cluster = await pool.acquireCluster();
  const proxy: Record<string, Awaited<ReturnType<typeof tryProxy>>> = {};
  if (errand.kubeProxy !== undefined)
    for (const variant of kubeProxy.variants)
      proxy[variant] = await tryProxy(cluster, errand.kubeProxy, variant);
  return {
    proxy,
    ...(errand.kubeVipV084 === undefined ? {} : { egress: await tryEgress(cluster, errand.kubeVipV084) }),
    ...(errand.kubeVipV070 === undefined ? {} : { routes: await tryRoutes(cluster, errand.kubeVipV070) }),
  };
});
