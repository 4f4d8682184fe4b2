import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toolsImageReference } from "../../harness/cluster/kind/build-node-image.ts";
import { openKindFleet } from "../../harness/cluster/kind/fleet.ts";
import type { KindCluster } from "../../harness/cluster/kind/kind-cluster.ts";
import { execInNode, type KindNode } from "../../harness/cluster/kind/kind-node.ts";
import { saveImage } from "../../harness/cluster/kind/load.ts";
import { kubectl } from "../../harness/cluster/kind/ready.ts";
import { readNodeImageRecipe } from "../../harness/cluster/kind/recipe.ts";
import { readTopology } from "../../harness/cluster/kind/topology.ts";
import { run } from "../../harness/process/run.ts";
import { until } from "../../harness/wait/until.ts";
import { checkout } from "../conformance/plan-run.ts";

/** The manifests of deploy/audit as they are, on a real cluster. `npm run test:kind` runs this. */

const reference = "leakproof/audit-test:1";
/** Two looks a minute apart, on a machine that has other things to do. */
const watchTimeoutMs = 300_000;
/** A workload that nothing is scheduled for: it says that kube-vip is installed, and which release. */
const kubeVip = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "kube-vip", namespace: "kube-system" },
  spec: {
    selector: { matchLabels: { app: "kube-vip" } },
    template: {
      metadata: { labels: { app: "kube-vip" } },
      spec: {
        nodeSelector: { "no-node-has": "this" },
        containers: [{ name: "kube-vip", image: "ghcr.io/kube-vip/kube-vip:v0.8.4" }],
      },
    },
  },
};
const orphan = [
  "iptables -t mangle -N KUBE-VIP-EGRESS",
  'iptables -t mangle -A PREROUTING -m comment --comment "a3ViZS12aXAK=kube-vip-shop" -j KUBE-VIP-EGRESS',
  'iptables -t mangle -A KUBE-VIP-EGRESS -s 10.244.0.77/32 -m comment --comment "a3ViZS12aXAK=kube-vip-shop" -j MARK --set-xmark 0x40/0x40',
].join("\n");

/** Whatever of it there came to be. */
const undo = new AsyncDisposableStack();
let scratch = "";
let cluster: KindCluster;

function node(): KindNode {
  const [first] = cluster.nodes();
  if (first === undefined) throw new Error("a cluster that is up has a node");
  return first;
}

const inNode = async (script: string): Promise<string> =>
  (await execInNode(node(), ["sh", "-ec", script], run)).stdout;
const ask = (...args: readonly string[]): Promise<string> => kubectl(cluster.nodes(), args, run);

/** The image of deploy/audit/Dockerfile, on a base that needs no registry. */
async function buildImage(): Promise<void> {
  const root = join(scratch, "root/leakproof");
  await mkdir(join(scratch, "root/usr/local/bin"), { recursive: true });
  await cp(process.execPath, join(scratch, "root/usr/local/bin/node"));
  for (const name of ["package.json", "package-lock.json", "harness", "engines", "scripts"])
    await cp(join(checkout, name), join(root, name), { recursive: true });
  const dockerfile = await readFile(join(checkout, "deploy/audit/Dockerfile"), "utf8");
  const install = /^RUN (npm ci .*?)(?: && |$)/m.exec(dockerfile)?.[1] ?? "";
  await run(["sh", "-ec", `cd "$1"; ${install} --prefer-offline`, "install", root], { timeoutMs: 600_000 });
  const rest = dockerfile.split("\n").filter((line) => /^(?:WORKDIR|ENTRYPOINT) /.test(line));
  const base = toolsImageReference(await readNodeImageRecipe());
  await writeFile(join(scratch, "Dockerfile"), [`FROM ${base}`, "COPY root/ /", ...rest, ""].join("\n"));
  await run(["docker", "build", "--force-rm", "--tag", reference, scratch], { timeoutMs: 600_000 });
}

/** Applies a folder of deploy/audit the way its head says: with the image set to one of one's own. */
async function applyFolder(folder: string): Promise<void> {
  const overlay = [
    "apiVersion: kustomize.config.k8s.io/v1beta1",
    "kind: Kustomization",
    `resources: [../${folder}]`,
    `images: [{ name: leakproof, newName: ${reference.split(":")[0] ?? ""}, newTag: "1" }]`,
    "",
  ].join("\n");
  await execInNode(node(), ["sh", "-ec", "mkdir -p /deploy/own; cat >/deploy/own/kustomization.yaml"], run, {
    input: overlay,
  });
  await ask("apply", "-k", "/deploy/own");
  await ask("-n", "leakproof-audit", "rollout", "status", "daemonset/leakproof-audit", "--timeout=180s");
}

const metricsAt = (address: string): Promise<string> =>
  inNode(`curl --silent --show-error --fail http://${address}:9464/metrics`);

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "leakproof-deploy-"));
  undo.defer(() => rm(scratch, { recursive: true, force: true }));
  undo.defer(async () => {
    await run(["docker", "image", "rm", "--force", reference], { timeoutMs: 60_000, allowFailure: true });
  });
  await buildImage();
  const image = await saveImage(reference, join(scratch, "image.tar"), run);
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const directory = join(scratch, "fleet");
  const fleet = undo.use(await openKindFleet({ runId: "audit-deploy", directory, nodes: 1, report }));
  cluster = fleet.open(await readTopology("one-node"));
  await cluster.start();
  await cluster.load(image);
  await inNode("mkdir /deploy");
  for (const folder of ["audit", "audit-exposed"])
    await run(["docker", "cp", join(checkout, "deploy", folder), `${node().containerId}:/deploy/`], {
      timeoutMs: 60_000,
    });
  await kubectl(cluster.nodes(), ["apply", "-f", "-"], run, JSON.stringify(kubeVip));
  await applyFolder("audit");
});

afterAll(() => undo.disposeAsync());

test("the DaemonSet looks with its own rights, and finds nothing on a node that is in order", async () => {
  const audited = async (): Promise<string | undefined> =>
    /^.*"message":"audited".*$/m.exec(
      await ask("-n", "leakproof-audit", "logs", "daemonset/leakproof-audit"),
    )?.[0];
  const line = await until("the first audit", audited, { timeoutMs: watchTimeoutMs, everyMs: 1_000 });
  expect(JSON.parse(line)).toMatchObject({ level: "info", findings: 0, unseen: [] });
  expect(await inNode("curl --silent --show-error --fail http://127.0.0.1:9464/healthz")).toBe("ok\n");
  const metrics = await metricsAt("127.0.0.1");
  expect(metrics).toMatch(/^leakproof_audit_items\{.*engine="kube-proxy".*\} [1-9]/m);
});

test("an orphan becomes a metric and one Event, and is named from afar by the pod that is there", async () => {
  await inNode(orphan);
  const told = async (): Promise<string | undefined> => {
    const events = await ask("-n", "default", "get", "events", "-o", "json");
    return events.includes("10.244.0.77") ? events : undefined;
  };
  const events = await until("an Event", told, { timeoutMs: watchTimeoutMs, everyMs: 1_000 });
  expect(events.match(/"reason": "OrphanedRule"/g)?.length).toBeGreaterThan(0);
  expect(await metricsAt("127.0.0.1")).toMatch(/^leakproof_audit_orphans\{.*engine="kube-vip".*\} [1-9]/m);
  const audit = [process.execPath, join(checkout, "scripts/audit.ts")] as const;
  const { exitCode, stdout } = await run([...audit, "--kubeconfig", cluster.kubeconfig, "--format", "json"], {
    timeoutMs: 180_000,
    allowFailure: true,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("10.244.0.77");
  expect(stdout).toContain("v0.8.5");
  // It looked through the pod of the DaemonSet: it had no image for one of its own.
  expect(await ask("get", "pods", "-A", "-l", "leakproof.dev/audit", "-o", "name")).toBe("");
});

test("metrics stay on loopback until deploy/audit-exposed opens them on the node's address", async () => {
  await expect(metricsAt(node().ipv4)).rejects.toThrow(/curl/);
  await applyFolder("audit-exposed");
  const open = async (): Promise<string | undefined> => metricsAt(node().ipv4).catch(() => undefined);
  const metrics = await until("metrics on the node's address", open, {
    timeoutMs: 120_000,
    everyMs: 1_000,
  });
  expect(metrics).toContain("leakproof_audit_");
});
