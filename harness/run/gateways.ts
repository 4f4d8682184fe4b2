import { setTimeout as delay } from "node:timers/promises";
import { wipeNode } from "../fault/node-reboot.ts";
import type { GivenOrder } from "../kubelet/exec-orders.ts";
import type { ExecRequest } from "../kubelet/exec-request.ts";
import type { Kubelet } from "../kubelet/kubelet.ts";
import type { RunCommand } from "../kubelet/serve-exec.ts";
import type { EngineHost, GatewayPod } from "../model/engine.ts";
import { objectName } from "../model/objects.ts";
import type { ExecAct } from "../model/scenario.ts";
import type { ClusterNode } from "../node/node.ts";
import { noGateway } from "../node/guest/no-gateway.ts";
import { inNamespace } from "../node/in-namespace.ts";
import { plugInterface } from "../cluster/sandbox/node-network.ts";
import { startProcess } from "../process/start.ts";
import { until } from "../wait/until.ts";
import type { AttemptContext, NodeEngine } from "./attempt-context.ts";
import { noteKernelWrite } from "./engine-control.ts";
import { engineHandle } from "./engine-handle.ts";
import { foreignOn } from "./look.ts";

/** The gateway of one node: its kubelet, and what the engine has around it. */
export interface NodeGateway extends AsyncDisposable {
  readonly kubelet: Kubelet;
  readonly host: EngineHost;
  /** Orders that were given, by what they are about. */
  readonly orders: Map<string, GivenOrder>;
  isFurnished: boolean;
}

/** How long preparations may take that engines and API servers have a part in, in ms. */
const hostTimeoutMs = 120_000;

/** How long an exec may take to be where its order wants it, beside the engine's worst case, in ms. */
const reachTimeoutMs = 5_000;

/** Whether the engine has a gateway in this attempt. */
export function hasGateway({ engine, plan }: Pick<AttemptContext, "engine" | "plan">): boolean {
  return engine.surroundings !== undefined && plan.settings.natGateway === true;
}

/** @throws {HarnessError} `guest/no-gateway` where one of `nodes` cannot have a gateway */
export function expectGatewayNodes(nodes: readonly Pick<ClusterNode, "ref" | "kernel">[]): void {
  const guest = nodes.find(({ kernel }) => kernel.kind !== "host");
  if (guest) throw noGateway(guest.ref.name);
}

interface HostOptions {
  readonly directory: string;
  readonly opened: { pod?: GatewayPod };
  readonly undo: AsyncDisposableStack;
}

function createHost(
  context: AttemptContext,
  own: NodeEngine,
  { directory, opened, undo }: HostOptions,
): EngineHost {
  const { cluster, plan, infrastructure, signal } = context;
  const { node } = own;
  const { network } = cluster;
  return {
    selection: plan.engine,
    settings: plan.settings,
    node: node.ref,
    program: context.program,
    directory,
    networks: {
      podCidr: network.podCidr,
      serviceCidr: network.serviceCidr,
      vipCidr: network.vipCidr,
      bridge: network.bridge,
      outside: network.outside4,
    },
    async apply(object) {
      infrastructure.add(objectName(object));
      await cluster.api.apply(object);
    },
    request: (method, path, body, contentType) => cluster.api.request(method, path, body, contentType),
    plug: (name) => plugInterface(node.ref, name, network.bridge),
    exec: (argv) => node.exec(argv),
    async start(argv) {
      undo.use(await startProcess([...inNamespace(node.ref.name), ...argv], { extendEnv: true }));
    },
    async openGateway(pod) {
      opened.pod = pod;
      await node.openGateway(pod, context.readable);
    },
    log: () => [...own.logs, own.process?.log() ?? ""].join("\n"),
    until: (what, look) => until(what, look, { timeoutMs: hostTimeoutMs, everyMs: 50, signal }),
  };
}

function isPod(pod: GatewayPod | undefined, request: ExecRequest): boolean {
  return (
    pod !== undefined &&
    pod.namespace === request.namespace &&
    pod.pod === request.pod &&
    pod.container === request.container
  );
}

/** Commands run in the gateway's pod of the node; what they write is on record like the engine's own writes. */
function commandRunner(context: AttemptContext, own: NodeEngine, opened: { pod?: GatewayPod }): RunCommand {
  return async (request, output, stopAfterWrites) => {
    if (!isPod(opened.pod, request)) {
      output.stderr(Buffer.from(`no container ${request.container} in pod ${request.pod} on this node\n`));
      return 126;
    }
    try {
      return await own.node.execInGateway({
        argv: request.command,
        onStdout: output.stdout,
        onStderr: output.stderr,
        onKernelWrite: (write) => noteKernelWrite(context, own, write),
        ...(stopAfterWrites === undefined ? {} : { stopAfterWrites }),
      });
    } finally {
      context.activity.lastWriteMs = context.recorder.now();
    }
  };
}

async function openGateway(context: AttemptContext, own: NodeEngine): Promise<NodeGateway> {
  await using undo = new AsyncDisposableStack();
  const opened: { pod?: GatewayPod } = {};
  const kubelet = undo.use(
    await context.cluster.openKubelet(own.node, {
      run: commandRunner(context, own, opened),
      onExec: ({ command }, state, exitCode) =>
        context.recorder.add({
          kind: "exec",
          node: own.node.ref.name,
          command,
          state,
          ...(exitCode === undefined ? {} : { exitCode }),
        }),
    }),
  );
  const directory = await own.node.openSurroundings();
  const host = createHost(context, own, { directory, opened, undo });
  await context.engine.surroundings?.prepare(host);
  const owned = undo.move();
  return {
    kubelet,
    host,
    orders: new Map(),
    isFurnished: false,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Prepares the gateways of all nodes, where the engine and the scenario have any. */
export async function openGateways(context: AttemptContext): Promise<void> {
  if (!hasGateway(context)) return;
  for (const own of context.engines.values()) {
    context.gateways.set(own.node.ref.name, await openGateway(context, own));
  }
}

/** What must be there before the first step, once the engine runs. */
export async function furnishGateway(context: AttemptContext, node: string): Promise<void> {
  const gateway = context.gateways.get(node);
  if (gateway === undefined || gateway.isFurnished) return;
  gateway.isFurnished = true;
  await context.engine.surroundings?.furnish(gateway.host);
}

/** Whether a command runs in any gateway that is not held by an order. */
export function isGatewayBusy({ gateways }: AttemptContext): boolean {
  return [...gateways.values()].some(({ kubelet }) => kubelet.isBusy());
}

/** @throws {Error} for a node without a gateway: the scenario is wrong */
function gatewayOf(context: AttemptContext, node: string): NodeGateway {
  const found = context.gateways.get(node);
  if (!found) throw new Error(`scenario ${context.scenario.name} names node ${node}, which has no gateway`);
  return found;
}

/** Says what becomes of the next exec on `node` that names `about`. */
export function orderExec(context: AttemptContext, node: string, about: string, act: ExecAct): void {
  const { kubelet, orders } = gatewayOf(context, node);
  orders.set(about, kubelet.order({ about, act }));
}

/** Waits until the exec is where its order wants it; one that never comes leaves the attempt not exercised. */
export async function untilExecReached(context: AttemptContext, node: string, about: string): Promise<void> {
  const order = gatewayOf(context, node).orders.get(about);
  if (!order) throw new Error(`scenario ${context.scenario.name} gave no order about ${about}`);
  const stop = new AbortController();
  const { signal } = context;
  const late = delay(context.worstCaseMs + reachTimeoutMs, undefined, {
    signal: AbortSignal.any([signal, stop.signal]),
  }).catch(() => undefined);
  const reached = await Promise.race([order.reached, late]);
  stop.abort();
  signal.throwIfAborted();
  if (reached === undefined) {
    const { kind } = order.act;
    context.missed.push(`no exec that names ${about} came to be met by the order "${kind}"`);
  }
}

export function releaseExec(context: AttemptContext, node: string, about: string): void {
  gatewayOf(context, node).orders.get(about)?.release();
}

/** The gateway's pod is made anew: connections, rules and addresses of the old one are gone. */
export async function restartGateway(context: AttemptContext, name: string): Promise<void> {
  const gateway = gatewayOf(context, name);
  const own = context.engines.get(name);
  if (!own) throw new Error(`node ${name} has no engine`);
  gateway.kubelet.hangUp();
  await wipeNode({
    node: own.node satisfies ClusterNode,
    engine: engineHandle(context, own),
    foreign: () => foreignOn(context, own),
  });
  await context.engine.surroundings?.restartGateway(gateway.host);
}
