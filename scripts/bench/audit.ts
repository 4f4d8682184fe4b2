import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { clusterNetwork, nodeAddresses } from "../../harness/cluster/sandbox/addresses.ts";
import { connectCluster, connectNode } from "../../harness/cluster/sandbox/node-network.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import { startNetnsNode } from "../../harness/node/netns-node.ts";
import type { ClusterNode } from "../../harness/node/node.ts";
import { run } from "../../harness/process/run.ts";
import type { AuditOptions } from "../audit/options.ts";
import { openObjects } from "../audit/read-objects.ts";
import { checkout } from "../conformance/plan-run.ts";
import { judgeRounds, takeRound } from "../audit/take-audit.ts";
import type { Measure } from "./measure.ts";
import type { InsideTask } from "./sandbox-task.ts";
import { oneAfterTheOther } from "./snapshot.ts";
import { ratiosOf } from "./statistics.ts";

/** Services with three endpoints each: eleven rules of kube-proxy a Service, two objects. */
const serviceCount = 910;
const podCount = 180;
const serviceCidr = "10.97.0.0/16";
/** An ordinary user may not send much more than 200 KiB to the kernel in one message. */
const servicesABatch = 20;

interface Shape {
  readonly name: string;
  readonly address: string;
  readonly pods: readonly string[];
  readonly hash: string;
}

function shapeOf(index: number): Shape {
  const at = (base: string, number: number): string =>
    `${base}.${Math.floor(number / 250)}.${(number % 250) + 1}`;
  return {
    name: `service-${index}`,
    address: at("10.97", index),
    pods: [0, 1, 2].map((pod) => at("10.244", index * 3 + pod)),
    hash: index
      .toString(26)
      .toUpperCase()
      .replace(/\d/g, (digit) => "QRSTUVWXYZ".charAt(Number(digit)))
      .padStart(15, "2"),
  };
}

/** The rules of one Service, as kube-proxy writes them. */
function rulesOf({ name, address, pods, hash }: Shape): readonly string[] {
  const comment = (text: string): string => `-m comment --comment "shop/${name}:http${text}"`;
  const service = `KUBE-SVC-A${hash}`;
  const ends = pods.map((pod, index) => ({ pod, chain: `KUBE-SEP-${"ABC".charAt(index)}${hash}` }));
  return [
    `:${service} - [0:0]`,
    ...ends.map(({ chain }) => `:${chain} - [0:0]`),
    `-A KUBE-SERVICES -d ${address}/32 -p tcp ${comment(" cluster IP")} -m tcp --dport 80 -j ${service}`,
    `-A ${service} ! -s 10.244.0.0/16 -d ${address}/32 -p tcp ${comment(" cluster IP")} -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    ...ends.flatMap(({ pod, chain }) => [
      `-A ${service} ${comment(` -> ${pod}:8080`)} -j ${chain}`,
      `-A ${chain} -s ${pod}/32 ${comment("")} -j KUBE-MARK-MASQ`,
      `-A ${chain} -p tcp ${comment("")} -m tcp -j DNAT --to-destination ${pod}:8080`,
    ]),
  ];
}

function objectsOf({ name, address, pods }: Shape): readonly KubeObject[] {
  const ports = [{ name: "http", protocol: "TCP", port: 80 }];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "shop" },
      spec: { type: "ClusterIP", clusterIP: address, ports },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": name } },
      endpoints: pods.map((pod) => ({ addresses: [pod], conditions: { ready: true } })),
      ports: [{ name: "http", protocol: "TCP", port: 8080 }],
    },
  ];
}

async function writeRules(node: ClusterNode, shapes: readonly Shape[]): Promise<void> {
  const frame = [":KUBE-SERVICES - [0:0]", ":KUBE-MARK-MASQ - [0:0]", "-A PREROUTING -j KUBE-SERVICES"];
  const write = (lines: readonly string[]) =>
    node.exec(["iptables-nft-restore", "--noflush"], { input: ["*nat", ...lines, "COMMIT", ""].join("\n") });
  await write(frame);
  for (let from = 0; from < shapes.length; from += servicesABatch)
    await write(shapes.slice(from, from + servicesABatch).flatMap(rulesOf));
}

async function prepare(): Promise<ClusterNode> {
  const network = clusterNetwork(1);
  const ref = { name: "bench-audit", ...nodeAddresses(1, 0) };
  await connectCluster(network, "bench-audit-outside");
  await connectNode({ ref, network, slice: 0, cable: "benchaudit" });
  return startNetnsNode({ ref, directory: join("/run/leakproof", ref.name), gateway: network.gateway4 });
}

async function timed<T>(action: () => Promise<T>): Promise<readonly [number, T]> {
  const began = performance.now();
  const result = await action();
  return [performance.now() - began, result];
}

async function writeObjects(shapes: readonly Shape[]): Promise<string> {
  const pods = Array.from({ length: podCount }, (_, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${index}`, namespace: "shop" },
    spec: { containers: [{ name: "main", image: "registry.k8s.io/pause:3" }] },
  }));
  const node1 = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "bench" },
    spec: { podCIDR: "10.244.0.0/16" },
  };
  const file = join("/run/leakproof", "audit-objects.json");
  await mkdir("/run/leakproof", { recursive: true });
  await writeFile(
    file,
    JSON.stringify({ kind: "List", items: [...shapes.flatMap(objectsOf), ...pods, node1] }),
  );
  return file;
}

/** Told by the process itself as it ends: its own peak, not that of the tools that it starts. */
const tellPeak = `data:text/javascript,${encodeURIComponent(
  `process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS + " KiB\\n"))`,
)}`;

/** The peak memory of a whole audit, two looks, as the command, in MB. */
async function measurePeak(node: ClusterNode, file: string): Promise<number> {
  const audit = [process.execPath, "--import", tellPeak, join(checkout, "scripts/audit.ts")] as const;
  const source = `--netns ${node.ref.name} --objects ${file} --engine kube-proxy --cidr ${serviceCidr}`;
  const { exitCode, stderr } = await run([...audit, ...source.split(" "), "--between", "1s"], {
    timeoutMs: 120_000,
    allowFailure: true,
  });
  const kib = /^peak (\d+) KiB$/m.exec(stderr)?.[1];
  if (exitCode !== 0 || kib === undefined)
    throw new Error(`an audit of a sound state ended with ${exitCode}: ${stderr}`);
  return (Number(kib) * 1_024) / 1_000_000;
}

function measuresOf(
  plain: readonly number[],
  audits: readonly number[],
  peaks: readonly number[],
): readonly Measure[] {
  const size = "10,000 rules, 2,000 objects";
  return [
    { label: `${size}: dump commands in turn`, unit: "ms", samples: plain },
    { label: `${size}: one look of an audit`, unit: "ms", samples: audits },
    {
      label: "audit to dump commands",
      unit: "ratio",
      samples: ratiosOf(audits, plain),
      goal: { atMost: 2, judged: "median" },
    },
    {
      label: `${size}: peak memory of a whole audit`,
      unit: "MB",
      samples: peaks,
      goal: { atMost: 300, judged: "worst" },
    },
  ];
}

/** How much longer one look of an audit takes, with its judgement, than the tools that it asks, one after the other; and the memory of a whole one. */
export async function measureAudit(task: InsideTask): Promise<readonly Measure[]> {
  await using node = await prepare();
  const shapes = Array.from({ length: serviceCount }, (_, index) => shapeOf(index));
  await writeRules(node, shapes);
  const file = await writeObjects(shapes);
  const options: AuditOptions = {
    sources: [{ kind: "netns", of: node.ref.name }],
    objects: { kind: "files", files: [file], asked: [] },
    engines: ["kube-proxy"],
    cidrs: [serviceCidr],
    betweenMs: 0,
    format: "json",
    plan: false,
  };
  const audits: number[] = [];
  const plain: number[] = [];
  const peaks: number[] = [];
  for (let round = 1; round <= task.repetitions; round++) {
    const [tookMs, report] = await timed(async () => {
      const taken = await takeRound(options, await openObjects(options.objects));
      return judgeRounds([taken], taken.before, { options, issues: new Map() }).report;
    });
    if (report.findings.length > 0 || report.problems.length > 0)
      throw new Error(
        `an audit of a sound state found ${JSON.stringify([report.findings[0], report.problems[0]])}`,
      );
    audits.push(tookMs);
    plain.push((await timed(() => node.exec(["sh", "-c", oneAfterTheOther])))[0]);
    peaks.push(await measurePeak(node, file));
    task.report(`audit ${round} of ${task.repetitions}: done`);
  }
  return measuresOf(plain, audits, peaks);
}
