import { release } from "node:os";
import type { KubeApi } from "../../kube/client.ts";
import { startLastingAgent } from "../../node/agent/lasting-agent.ts";
import type { NodeRef } from "../../model/scenario.ts";
import { createContainerBody } from "../../node/container/container-body.ts";
import { createNodePackets } from "../../node/node-packets.ts";
import type { ClusterNode } from "../../node/node.ts";
import { createSnapshots, dumpBy } from "../../node/take-snapshot.ts";
import { run } from "../../process/run.ts";
import type { ClusterNetwork } from "../sandbox/addresses.ts";
import { connectPods, disconnectPods, joinNodes, podNamespace } from "../sandbox/node-network.ts";
import { lacks } from "./as-on-kind.ts";
import { createEnginePods } from "./engine-daemon-set.ts";
import type { KindCluster } from "./kind-cluster.ts";
import { createNodeKubelet, type PodKubelet } from "./kind-kubelet.ts";
import type { KindNode } from "./kind-node.ts";
import type { LoadableImage } from "./load.ts";
import { type NodeBaseline, readBaseline } from "./reset-node.ts";
import { type RestartedNode, restartNode } from "./restart-node.ts";

/** The image of an engine, by the host path of its program; every node has it already. */
export type EngineImages = ReadonlyMap<string, LoadableImage>;

export interface ContainerNodeOptions {
  readonly cluster: Pick<KindCluster, "rejoin">;
  readonly node: KindNode;
  /** The how many-th of the attempt, from 0. */
  readonly slice: number;
  readonly network: ClusterNetwork;
  readonly api: KubeApi;
  readonly images: EngineImages;
  /** All nodes of the attempt; the list grows. */
  readonly all: readonly ContainerNode[];
}

/** A node of kind in an attempt. Disposing it takes the harness's hands off. */
export interface ContainerNode extends AsyncDisposable {
  readonly node: ClusterNode;
  readonly wiring: { readonly ref: NodeRef; readonly slice: number };
  /** What it had since it was started last, before anybody of the attempt did anything on it. */
  baseline(): NodeBaseline;
}

/** What the harness has on a node: a body, and helpers for its packets and those of its pods. */
async function layHands(
  { node, slice, network, api, images }: ContainerNodeOptions,
  ref: NodeRef,
  undo: AsyncDisposableStack,
) {
  undo.defer(() => disconnectPods({ ref }));
  await connectPods({ ref, slice });
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
  return { body, own, ofPods, packets, snapshot: createSnapshots(dumpBy(ref.name, body.exec)) };
}

/** What kubelet does on one of the attempt's nodes; the DaemonSet is one for all of them. */
function amongOthers(kubelet: PodKubelet, all: readonly ContainerNode[]): PodKubelet {
  const expectAlone = (): void => {
    if (all.length > 1) throw lacks("another revision of the engine on one of two nodes");
  };
  return {
    ...kubelet,
    async roll() {
      expectAlone();
      return await kubelet.roll();
    },
    async rollTo(program) {
      expectAlone();
      await kubelet.rollTo(program);
    },
  };
}

/** Takes a node of kind for an attempt: joins pods of the harness's to it, starts helpers, and looks at what it has. */
export async function startContainerNode(options: ContainerNodeOptions): Promise<ContainerNode> {
  const { cluster, node: container, slice, network, api, images, all } = options;
  const ref = { name: container.name, ipv4: container.ipv4, ipv6: container.ipv6 };
  await using undo = new AsyncDisposableStack();
  const { body, own, ofPods, packets, snapshot } = await layHands(options, ref, undo);
  const pods = new Set<string>();
  const kubelet = createNodeKubelet({ node: container, api, images, runTool: run });
  const node = { ref, addPod: packets.addPod, exec: body.exec, snapshot };
  const wiring = { ref, slice };
  const agents = [own, ofPods];
  const restarted: RestartedNode = { cluster, api, container, node, slice, agents, pods, kubelet };
  let baseline = await readBaseline(node);
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
      ...(container.role === "control-plane" ? { holdsApi: true } : {}),
      kubelet: {
        ...amongOthers(kubelet, all),
        async restartNode(signal) {
          const after = await restartNode(restarted, baseline, signal);
          ({ baseline } = after);
          await joinNodes(all);
          return after.change;
        },
      },
      ...body,
      ...packets,
      async addPod(address) {
        pods.add(address);
        await packets.addPod(address);
      },
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
    wiring,
    baseline: () => baseline,
    [Symbol.asyncDispose]: dispose,
  };
}
