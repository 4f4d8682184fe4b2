import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ClusterLease } from "../../harness/cluster/cluster.ts";
import { nodeAddresses } from "../../harness/cluster/sandbox/addresses.ts";
import {
  clusterInterface,
  connectNode,
  disconnectNode,
  podNamespace,
} from "../../harness/cluster/sandbox/node-network.ts";
import type { EngineProfile } from "../../harness/model/engine.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { Expectation, NodeRef, Operation } from "../../harness/model/scenario.ts";
import { writeEngineFiles } from "../../harness/node/engine-files.ts";
import { inNamespace } from "../../harness/node/in-namespace.ts";
import { run } from "../../harness/process/run.ts";
import { type RunningProcess, startProcess } from "../../harness/process/start.ts";
import { renderKubeconfig } from "../../harness/run/kubeconfig.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import { createWorld } from "../../harness/run/world.ts";
import { until } from "../../harness/wait/until.ts";

const limits = { timeoutMs: 30_000, everyMs: 20 };

/** As a shell prototype has it: writes to network state go to a file, and nobody reads along. */
const strace =
  "strace -f -qq --seccomp-bpf -s 256 -e trace=sendto,sendmsg,sendmmsg,setsockopt -e signal=none -o".split(
    " ",
  );

/** A node and an engine on it, made by the same commands as the harness uses, and by nothing else. */
interface Bare {
  readonly attempt: PlannedAttempt;
  readonly lease: ClusterLease;
  readonly node: NodeRef;
  readonly namespace: string;
  readonly profile: EngineProfile;
  readonly applied: Map<string, readonly KubeObject[]>;
}

async function perform(
  { attempt, lease, namespace, applied }: Bare,
  operations: readonly Operation[],
): Promise<void> {
  const { plan, pick } = attempt;
  const context = { selection: plan.engine, settings: plan.settings, namespace };
  for (const operation of operations) {
    if (operation.op === "apply") {
      const objects = pick.engine.render(operation.object, context);
      applied.set(operation.object.name, objects);
      for (const object of objects) await lease.api.apply(object);
    } else if (operation.op === "delete") {
      for (const object of applied.get(operation.name) ?? []) await lease.api.remove(object);
      applied.delete(operation.name);
    } else throw new Error(`${plan.scenario} does more than a bare script can`);
  }
}

/** As `iptables-save | grep` would see it. */
function isMet({ intent, present }: Expectation, rules: readonly string[]): boolean {
  if (intent.kind !== "egress") throw new Error(`a bare script cannot see ${intent.kind}`);
  const own = rules.filter((rule) => rule.includes(`-s ${intent.pod}/32`));
  const [mark, snat] = [/-j MARK /, new RegExp(`-j SNAT --to-source ${intent.vip.replaceAll(".", "\\.")}`)];
  return present
    ? [mark, snat].every((form) => own.some((rule) => form.test(rule)))
    : !own.some((rule) => snat.test(rule));
}

/** Waits until it is so, and then as long as the engine says that it may still change something. */
async function settle({ node, profile }: Bare, expect: readonly Expectation[]): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const { stdout } = await run([...inNamespace(node.name), "iptables-nft-save"], { timeoutMs: 10_000 });
    const rules = stdout.split("\n");
    return expect.every((each) => isMet(each, rules)) ? true : undefined;
  };
  await until("the expected rules", look, limits);
  await delay(profile.settleMs);
}

async function startEngine(
  { attempt, lease, node, namespace }: Bare,
  { home, program }: { readonly home: string; readonly program: string },
): Promise<RunningProcess> {
  const { plan, pick } = attempt;
  const { network, api, ca } = lease;
  const access = pick.engine.access(plan.settings, plan.engine);
  const token = await api.createToken(access.namespace, access.serviceAccount);
  const apiServer = `https://${network.gateway4}:${network.ports.api}`;
  const spec = pick.engine.launch({
    selection: plan.engine,
    settings: plan.settings,
    node,
    program,
    home,
    apiServer,
    apiCa: ca,
    token,
    kubeconfig: renderKubeconfig(apiServer, ca, token),
    workloadNamespace: namespace,
    podCidr: network.podCidr,
    serviceCidr: network.serviceCidr,
    serviceCidr6: network.serviceCidr6,
    interface: clusterInterface,
  });
  await writeEngineFiles(home, spec.files);
  const ready = new RegExp(spec.readyPattern ?? "");
  let isReady = false;
  const argv = [...inNamespace(node.name), ...strace, join(home, "trace"), "--", ...spec.argv] as const;
  const [command, ...words] = argv;
  const running = await startProcess([command ?? "", ...words], {
    env: { ...spec.env, ...(process.env["PATH"] === undefined ? {} : { PATH: process.env["PATH"] }) },
    onLine: (line) => {
      isReady ||= ready.test(line);
    },
  });
  await until("the engine is ready", async () => (isReady ? true : undefined), limits);
  return running;
}

async function prepare({ attempt, lease, node, namespace }: Bare): Promise<void> {
  const { plan, pick } = attempt;
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...pick.engine.access(plan.settings, plan.engine).objects,
    { apiVersion: "v1", kind: "Node", metadata: { name: node.name } },
  ];
  for (const object of objects) await lease.api.apply(object);
  const status = { addresses: [{ type: "InternalIP", address: node.ipv4 }] };
  const path = `/api/v1/nodes/${node.name}/status`;
  await lease.api.request("PATCH", path, { status }, "application/merge-patch+json");
}

/**
 * The same steps as those of an attempt, by the same commands, as a script without the harness would do
 * them: node, rights, engine under strace, the scenario's operations, the canary, the emptying, SIGKILL.
 *
 * Counted: what the machine, the API server and the engine take for that, and the engine's declared settle
 * time after each step, since whoever says "gone" must have waited for it. Not there, and so counted as the
 * harness's: the fence around the engine, its API proxy, probes and their control window, decoys, recorder,
 * snapshots of everything, oracles, packets, the API brought back to its empty state and that looked at.
 *
 * @param ordinal - tells the nodes of several times apart
 * @returns ms
 */
export async function timeBareAttempt(
  lease: ClusterLease,
  attempt: PlannedAttempt,
  { program, ordinal }: { readonly program: string; readonly ordinal: number },
): Promise<number> {
  const { plan, scenario, pick } = attempt;
  const name = `bare-${ordinal}`;
  const node = { name, ...nodeAddresses(lease.index, 200 + ordinal) };
  const wiring = { ref: node, network: lease.network, slice: 0, cable: `lpb${ordinal}` };
  const home = join("/run/leakproof", name);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(home, { recursive: true, force: true }));
  undo.defer(() => disconnectNode(wiring));
  const began = performance.now();
  await connectNode(wiring);
  await mkdir(home, { recursive: true });
  const world = createWorld({ seed: plan.seed, attemptName: name, nodes: [node], ...lease.network });
  const profile = pick.engine.profile(plan.engine);
  const bare = { attempt, lease, node, namespace: world.name("ns"), profile, applied: new Map() };
  await prepare(bare);
  const steps = scenario.steps(world);
  const canary = scenario.canary(world);
  for (const { address } of world.pods)
    await run(["ip", "-n", podNamespace(node), "addr", "replace", `${address}/32`, "dev", "eth0"], limits);
  const engine = undo.use(await startEngine(bare, { home, program }));
  for (const { operations, expect } of steps) {
    await perform(bare, operations);
    await settle(bare, expect);
  }
  const expectCanary = (present: boolean): readonly Expectation[] =>
    canary.expect.map((intent) => ({ intent, present }));
  await perform(bare, [{ op: "apply", object: canary.object }]);
  await settle(bare, expectCanary(true));
  await perform(bare, [{ op: "delete", name: canary.object.name }]);
  await settle(bare, expectCanary(false));
  await perform(
    bare,
    [...bare.applied.keys()].map((each) => ({ op: "delete", name: each })),
  );
  await settle(bare, []);
  engine.kill("SIGKILL");
  await engine.exited;
  await disconnectNode(wiring);
  return performance.now() - began;
}
