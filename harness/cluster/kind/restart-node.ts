import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import type { LastingAgent } from "../../node/agent/lasting-agent.ts";
import type { ClusterNode } from "../../node/node.ts";
import { run } from "../../process/run.ts";
import { until } from "../../wait/until.ts";
import { connectPods, disconnectPods } from "../sandbox/node-network.ts";
import { untilApiReady } from "./kind-api-server.ts";
import type { KindCluster } from "./kind-cluster.ts";
import type { PodKubelet } from "./kind-kubelet.ts";
import type { KindNode } from "./kind-node.ts";
import { differencesOfBoot, type NodeBaseline, readBaseline } from "./reset-node.ts";
import { attachNamespace, detachNamespace, restartContainer } from "./restart-container.ts";

/** A node, and what of the harness's is on it. */
export interface RestartedNode {
  readonly cluster: Pick<KindCluster, "rejoin">;
  readonly api: KubeApi;
  readonly container: KindNode;
  readonly node: Pick<ClusterNode, "ref" | "addPod" | "exec" | "snapshot">;
  /** As its pods were joined to it. */
  readonly slice: number;
  /** One on the node, one in the namespace of its pods. */
  readonly agents: readonly LastingAgent[];
  /** Addresses of its pods. */
  readonly pods: ReadonlySet<string>;
  readonly kubelet: PodKubelet;
}

/** kubelet first starts the pods of the control plane, on a machine that may be busy. */
const comesBackMs = 240_000;
/** Each look asks the API or dumps the node, which takes processor time from what is waited for. */
const lookEveryMs = 500;

/** The harness's own hands on a node that has another network now. */
async function reachAgain({ container, node, slice, agents, pods }: RestartedNode): Promise<void> {
  const { ref } = node;
  await disconnectPods({ ref });
  await detachNamespace(container);
  await attachNamespace(container);
  await connectPods({ ref, slice });
  for (const address of pods) await node.addPod(address);
  await Promise.all(agents.map((agent) => agent.renew()));
}

/** Waits until the node has what docker, kubelet and the provider put there at every boot, and remembers it anew. */
async function untilAsBefore(
  { node }: RestartedNode,
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
export async function restartNode(
  parts: RestartedNode,
  before: NodeBaseline,
  signal: AbortSignal,
): Promise<{ readonly change: string; readonly baseline: NodeBaseline }> {
  const { cluster, api, container, kubelet, node } = parts;
  const limits = { timeoutMs: comesBackMs, everyMs: lookEveryMs, signal };
  const change = await restartContainer(container, run);
  // Its probes go on at once: what they miss until the API server is back is on record.
  await reachAgain(parts);
  try {
    await untilApiReady(api, signal);
    await cluster.rejoin(signal);
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
