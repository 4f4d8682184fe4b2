import { z } from "zod";
import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import { until } from "../../wait/until.ts";
import type { RunTool } from "./docker.ts";
import { execInNode, type KindNode } from "./kind-node.ts";
import { podAddressFolder } from "./ready.ts";

/** Pods of a scenario on a cluster that has kubelets: they run, and have the addresses that the scenario says. */
export interface NamedPods {
  /** Resolves when the pod's kubelet reports it as it is wanted. @throws {HarnessError} `wait/timed-out` */
  run(pod: KubeObject): Promise<void>;
}

const wantedSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ nodeName: z.string() }),
  status: z.object({ podIP: z.string() }),
});
type Named = z.infer<typeof wantedSchema>["metadata"];

const foundSchema = z.object({
  status: z.object({ phase: z.string().optional(), podIP: z.string().optional() }),
});

/** A kubelet that has other things to do starts a pod within seconds. */
const limits = { timeoutMs: 60_000, everyMs: 100 };

/** The image that every node has, for the pods' own sandboxes. */
async function pauseImage(node: KindNode, runTool: RunTool): Promise<string> {
  const { stdout } = await execInNode(node, ["ctr", "-n", "k8s.io", "images", "ls", "-q"], runTool);
  const found = stdout.split("\n").find((name) => name.startsWith("registry.k8s.io/pause:"));
  if (found === undefined) throw new Error(`node ${node.name} has no image registry.k8s.io/pause`);
  return found;
}

/** The pod as a kubelet runs it: it does nothing, and no account is asked for. */
function runnable({ apiVersion, kind, metadata }: KubeObject, nodeName: string, image: string): KubeObject {
  return {
    apiVersion,
    kind,
    metadata,
    spec: {
      nodeName,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      tolerations: [{ operator: "Exists" }],
      containers: [{ name: "main", image, imagePullPolicy: "Never" }],
    },
  };
}

/** Waits until its kubelet reports the pod with that address. */
async function untilRuns(api: KubeApi, { name, namespace }: Named, address: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const look = async (): Promise<true> => {
    const { status } = foundSchema.parse((await api.request("GET", path)).body);
    if (status.phase === "Running" && status.podIP === address) return true;
    throw new Error(`${status.phase ?? "no phase"}, address ${status.podIP ?? "none"}`);
  };
  await until(`pod ${name} runs with the address ${address}`, look, limits);
}

/** @param nodes - of the cluster */
export function createNamedPods(api: KubeApi, nodes: () => readonly KindNode[], runTool: RunTool): NamedPods {
  return {
    async run(pod) {
      const { metadata, spec, status } = wantedSchema.parse(pod);
      const { name, namespace } = metadata;
      const node = nodes().find((each) => each.name === spec.nodeName);
      if (node === undefined) throw new Error(`pod ${name} is for ${spec.nodeName}, which is no node`);
      const write = ["sh", "-ec", `mkdir -p ${podAddressFolder}; cat >"$1"`, "write"];
      const file = `${podAddressFolder}/${namespace}_${name}`;
      await execInNode(node, [...write, file], runTool, { input: status.podIP });
      const real = runnable(pod, node.name, await pauseImage(node, runTool));
      // The account that every pod has is made by a controller, a moment after its namespace.
      const apply = async (): Promise<true> => api.apply(real).then(() => true);
      await until(`pod ${name} is taken`, apply, limits);
      await untilRuns(api, metadata, status.podIP);
    },
  };
}
