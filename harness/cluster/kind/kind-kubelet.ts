import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import { findAtGate } from "../../node/container/engine-pod.ts";
import type { NodeKubelet } from "../../node/kubelet.ts";
import type { RunTool } from "./docker.ts";
import { lacks } from "./as-on-kind.ts";
import {
  applyEngineDaemonSet,
  createEnginePods,
  deleteEnginePod,
  type EnginePod,
  listEnginePods,
  readEngineTemplate,
  rollEngineDaemonSet,
} from "./engine-daemon-set.ts";
import { execInNode, type KindNode } from "./kind-node.ts";
import { type LoadableImage, loadOnNode } from "./load.ts";

interface KubeletParts {
  readonly node: KindNode;
  readonly api: KubeApi;
  /** Host path of a program of the run -> the image that holds it. */
  readonly images: ReadonlyMap<string, LoadableImage>;
  readonly runTool: RunTool;
}

/** The pod that is there to stay. */
async function currentPod({ api, node }: KubeletParts): Promise<EnginePod> {
  const pod = (await listEnginePods(api, node.name)).find(({ isEnding }) => !isEnding);
  if (pod === undefined) throw new HarnessError("run/internal", `${node.name} has no pod of the engine`);
  return pod;
}

async function imageOf({ api, images }: KubeletParts): Promise<LoadableImage> {
  const { image } = await readEngineTemplate(api);
  const archive = [...images.values()].find(({ reference }) => reference === image);
  if (archive === undefined) throw new HarnessError("run/internal", `there is no archive of ${image}`);
  return archive;
}

/** systemctl in the node. */
async function systemctl({ node, runTool }: KubeletParts, verb: "start" | "stop"): Promise<void> {
  await execInNode(node, ["systemctl", verb, "kubelet.service"], runTool);
}

/** A node's kubelet without what is done to the node itself. */
export type PodKubelet = Omit<NodeKubelet, "restartNode">;

/** What kubelet and the engine's pod on a node of kind do when they are told. */
export function createNodeKubelet(parts: KubeletParts): PodKubelet {
  const { node, api, images, runTool } = parts;
  return {
    async deletePod(graceSeconds) {
      const { name } = await currentPod(parts);
      await deleteEnginePod(api, name, graceSeconds);
      return name;
    },
    async roll() {
      const { name } = await currentPod(parts);
      return `revision ${await rollEngineDaemonSet(api)} in place of pod ${name}`;
    },
    async rollTo(program) {
      const image = images.get(program);
      if (image === undefined) throw lacks(`an image with ${program}`);
      await applyEngineDaemonSet(api, image.reference);
    },
    stop: () => systemctl(parts, "stop"),
    start: () => systemctl(parts, "start"),
    async isRunning() {
      const asked = ["systemctl", "is-active", "--quiet", "kubelet.service"];
      return (await execInNode(node, asked, runTool, { allowFailure: true })).exitCode === 0;
    },
    async isContainerUp() {
      const { image } = await readEngineTemplate(api);
      const pods = createEnginePods(api, node.name, image);
      return (await findAtGate({ nodePid: node.pid, pods })) !== undefined;
    },
    async removeImage() {
      const { reference } = await imageOf(parts);
      const argv = ["ctr", "--namespace=k8s.io", "images", "rm", "--sync", reference];
      await execInNode(node, argv, runTool);
      return reference;
    },
    async restoreImage() {
      await loadOnNode(node, await imageOf(parts), runTool);
      // kubelet waits longer after each try; a new pod does not.
      for (const { name, waitingFor } of await listEnginePods(api, node.name))
        if (waitingFor !== undefined) await deleteEnginePod(api, name, 0);
    },
    async waitingFor() {
      return (await listEnginePods(api, node.name)).find(({ isEnding }) => !isEnding)?.waitingFor;
    },
  };
}
