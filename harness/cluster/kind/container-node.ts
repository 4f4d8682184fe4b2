import { release } from "node:os";
import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import { type LastingAgent, startLastingAgent } from "../../node/agent/lasting-agent.ts";
import { createContainerBody } from "../../node/container/container-body.ts";
import { createNodePackets } from "../../node/node-packets.ts";
import type { ClusterNode } from "../../node/node.ts";
import { createSnapshots, dumpBy } from "../../node/take-snapshot.ts";
import { run } from "../../process/run.ts";
import { until } from "../../wait/until.ts";
import type { ClusterNetwork } from "../sandbox/addresses.ts";
import { connectPods, disconnectPods, podNamespace } from "../sandbox/node-network.ts";
import { lacks } from "./as-on-kind.ts";
import { createEnginePods } from "./engine-daemon-set.ts";
import { untilApiReady } from "./kind-api-server.ts";
import type { KindCluster } from "./kind-cluster.ts";
import { createNodeKubelet, type PodKubelet } from "./kind-kubelet.ts";
import type { KindNode } from "./kind-node.ts";
import type { LoadableImage } from "./load.ts";
import { differencesOfBoot, type NodeBaseline, readBaseline } from "./reset-node.ts";
import { attachNamespace, detachNamespace, restartContainer } from "./restart-container.ts";

/** The image of an engine, by the host path of its program; every node has it already. */
export type EngineImages = ReadonlyMap<string, LoadableImage>;

export interface ContainerNodeOptions {
  readonly cluster: Pick<KindCluster, "rejoin">;
  readonly node: KindNode;
  readonly network: ClusterNetwork;
  readonly api: KubeApi;
  readonly images: EngineImages;
}

/** A node of kind in an attempt. Disposing it takes the harness's hands off. */
export interface ContainerNode extends AsyncDisposable {
  readonly node: ClusterNode;
  /** What it had since it was started last, before anybody of the attempt did anything on it. */
  baseline(): NodeBaseline;
}

interface Parts {
  readonly options: ContainerNodeOptions;
  readonly node: Pick<ClusterNode, "ref" | "addPod" | "exec" | "snapshot">;
  /** One on the node, one in the namespace of its pods. */
  readonly agents: readonly LastingAgent[];
  /** Addresses of its pods. */
  readonly pods: ReadonlySet<string>;
  readonly kubelet: PodKubelet;
}

/** kubelet first starts the pods of the control plane, on a machine that may be busy. */
const comesBackMs = 240_000;

/** The harness's own hands on a node that has another network now. */
async function reachAgain({ options, node, agents, pods }: Parts): Promise<void> {
  const { ref } = node;
  await disconnectPods({ ref });
  await detachNamespace(options.node);
  await attachNamespace(options.node);
  await connectPods({ ref, slice: 0 });
  for (const address of pods) await node.addPod(address);
  await Promise.all(agents.map((agent) => agent.renew()));
}

/** Waits until the node has what docker, kubelet and the provider put there at every boot, and remembers it anew. */
async function untilAsBefore(
  { node }: Parts,
  before: NodeBaseline,
  limits: { readonly timeoutMs: number; readonly everyMs: number; readonly signal: AbortSignal },
): Promise<NodeBaseline> {
  const look = async (): Promise<true> => {
    const differences = await differencesOfBoot(node, before);
    if (differences.length === 0) return true;
    throw new Error(differences.slice(0, 10).join("\n     "));
  };
  await until(`node ${node.ref.name} has what it had`, look, limits);
  return readBaseline(node);
}

/**
 * Restarts a node, and waits until it works as before, with the engine's container at its gate.
 *
 * @returns which network namespace it has in place of which, and its new baseline
 * @throws {HarnessError} `kind/restart-failed`
 */
async function restart(
  parts: Parts,
  before: NodeBaseline,
  signal: AbortSignal,
): Promise<{ readonly change: string; readonly baseline: NodeBaseline }> {
  const { options, kubelet, node } = parts;
  const limits = { timeoutMs: comesBackMs, everyMs: 500, signal };
  const change = await restartContainer(options.node, run);
  // Its probes go on at once: what they miss until the API server is back is on record.
  await reachAgain(parts);
  try {
    await untilApiReady(options.api, signal);
    await options.cluster.rejoin(signal);
    const isUp = async (): Promise<true | undefined> => ((await kubelet.isContainerUp()) ? true : undefined);
    await until("kubelet has started the engine's pod again", isUp, limits);
    return { change, baseline: await untilAsBefore(parts, before, limits) };
  } catch (thrown) {
    signal.throwIfAborted();
    const seen = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HarnessError(
      "kind/restart-failed",
      `node ${node.ref.name} was restarted and did not come back as it was.\nSaw: ${seen}\nFix: look at it with --keep: \`docker exec ${node.ref.name} journalctl -u kubelet\`; on a busy machine, ask for fewer clusters at once.`,
      { cause: thrown },
    );
  }
}

/** Takes a node of kind for an attempt: joins pods of the harness's to it, starts helpers, and looks at what it has. */
export async function startContainerNode(options: ContainerNodeOptions): Promise<ContainerNode> {
  const { node, network, api, images } = options;
  const ref = { name: node.name, ipv4: node.ipv4, ipv6: node.ipv6 };
  await using undo = new AsyncDisposableStack();
  undo.defer(() => disconnectPods({ ref }));
  await connectPods({ ref, slice: 0 });
  const body = await createContainerBody({
    namespace: node.name,
    pid: () => node.pid,
    podsOf(program) {
      const image = images.get(program);
      if (image === undefined) throw lacks(`an image with ${program}`);
      return createEnginePods(api, node.name, image.reference);
    },
  });
  const [own, ofPods] = await Promise.all([
    startLastingAgent(ref.name),
    startLastingAgent(podNamespace(ref)),
  ]);
  undo.use(own);
  undo.use(ofPods);
  const packets = createNodePackets({ ref, gateway: network.gateway4, node: own, pods: ofPods });
  const pods = new Set<string>();
  const addPod = async (address: string): Promise<void> => {
    pods.add(address);
    await packets.addPod(address);
  };
  const snapshot = createSnapshots(dumpBy(ref.name, body.exec));
  const kubelet = createNodeKubelet({ node, api, images, runTool: run });
  const seen = { ref, addPod: packets.addPod, exec: body.exec, snapshot };
  const parts: Parts = { options, node: seen, agents: [own, ofPods], pods, kubelet };
  let baseline = await readBaseline(seen);
  const noGateway = async (): Promise<never> => {
    throw lacks("a gateway");
  };
  const owned = undo.move();
  const dispose = (): Promise<void> => owned.disposeAsync();
  return {
    node: {
      ref,
      kernel: { name: `Linux ${release()}`, kind: "host" },
      isRegistered: true,
      holdsApi: true,
      kubelet: {
        ...kubelet,
        async restartNode(signal) {
          const restarted = await restart(parts, baseline, signal);
          ({ baseline } = restarted);
          return restarted.change;
        },
      },
      ...body,
      ...packets,
      addPod,
      openSurroundings: noGateway,
      openGateway: noGateway,
      execInGateway: noGateway,
      // An API server of IPv4 alone has no door for IPv6: the engine's way is by the node's first address.
      relay: (port, toPort) =>
        own
          .ask({ do: "relay", host: ref.ipv4, port, toHost: network.gateway4, toPort })
          .then(() => undefined),
      snapshot,
      [Symbol.asyncDispose]: dispose,
    },
    baseline: () => baseline,
    [Symbol.asyncDispose]: dispose,
  };
}
