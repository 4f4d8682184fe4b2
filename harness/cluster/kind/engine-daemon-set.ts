import { z } from "zod";
import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import { engineFolder } from "../../node/container/container-body.ts";
import type { EnginePods } from "../../node/container/engine-pod.ts";
import { podCommand, podStopCommand } from "../../node/container/pod-scripts.ts";
import { podFolder } from "../../node/container/pod-tools.ts";
import { engineHome } from "../../node/isolate.ts";
import { until } from "../../wait/until.ts";

/** Where the engine's DaemonSet is; made with the cluster, and none of the scenario's. */
export const engineNamespace = "leakproof-engine";

const name = "engine";
/** A node that an attempt has; the others of its cluster get no engine. */
const nodeLabel = "leakproof.dev/attempt";
const daemonSetPath = `/apis/apps/v1/namespaces/${engineNamespace}/daemonsets/${name}`;
const podsPath = `/api/v1/namespaces/${engineNamespace}/pods`;
const revisionAnnotation = "leakproof.dev/revision";
const goneMs = 60_000;
const atOnce = { gracePeriodSeconds: 0, propagationPolicy: "Background" } as const;

/**
 * The engine as its vendor ships it: privileged, in the node's network, tolerating everything. What it runs
 * waits at a gate of ours, see harness/node/container/engine-pod.ts.
 */
function daemonSet(image: string): KubeObject {
  const labels = { "leakproof.dev/engine": name };
  const mounts = [
    { name: "harness", mountPath: podFolder, hostPath: { path: engineFolder, type: "DirectoryOrCreate" } },
    {
      name: "home",
      mountPath: engineHome,
      hostPath: { path: `${engineFolder}/home`, type: "DirectoryOrCreate" },
    },
    {
      name: "lock",
      mountPath: "/run/xtables.lock",
      hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" },
    },
  ];
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: engineNamespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          // The default. Whoever is to go at once is deleted so.
          terminationGracePeriodSeconds: 30,
          tolerations: [{ operator: "Exists" }],
          nodeSelector: { [nodeLabel]: "here" },
          containers: [
            {
              name: "engine",
              image,
              imagePullPolicy: "Never",
              command: podCommand,
              lifecycle: { preStop: { exec: { command: podStopCommand } } },
              // The folder of the harness is root's; so is every rule that an engine writes.
              securityContext: { privileged: true, runAsUser: 0 },
              volumeMounts: mounts.map(({ name: volume, mountPath }) => ({ name: volume, mountPath })),
            },
          ],
          volumes: mounts.map(({ name: volume, hostPath }) => ({ name: volume, hostPath })),
        },
      },
    },
  };
}

const waitingSchema = z.object({ waiting: z.object({ reason: z.string().optional() }).optional() });
const podSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({ containers: z.array(z.object({ image: z.string() })) }),
  status: z.object({ containerStatuses: z.array(z.object({ state: waitingSchema.optional() })).optional() }),
});
const podListSchema = z.object({ items: z.array(podSchema) });
const daemonSetSchema = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }),
      spec: z.object({ containers: z.array(z.object({ image: z.string() })) }),
    }),
  }),
});

/** A pod of the engine. */
export interface EnginePod {
  readonly name: string;
  readonly uid: string;
  readonly image: string;
  /** It is to end. */
  readonly isEnding: boolean;
  /** Why its container is not started: `ErrImageNeverPull`. */
  readonly waitingFor?: string;
}

/** The engine's pods on a node; those of every node without one. */
export async function listEnginePods(api: KubeApi, node?: string): Promise<readonly EnginePod[]> {
  const query = node === undefined ? "" : `?fieldSelector=spec.nodeName%3D${node}`;
  const { body } = await api.request("GET", `${podsPath}${query}`);
  return podListSchema.parse(body).items.map(({ metadata, spec, status }) => {
    const waitingFor = status.containerStatuses?.[0]?.state?.waiting?.reason;
    return {
      name: metadata.name,
      uid: metadata.uid,
      image: spec.containers[0]?.image ?? "",
      isEnding: metadata.deletionTimestamp !== undefined,
      ...(waitingFor === undefined ? {} : { waitingFor }),
    };
  });
}

/** Asks for the end of a pod; one that is gone is none to end. */
export async function deleteEnginePod(api: KubeApi, pod: string, graceSeconds: number): Promise<void> {
  await api.request("DELETE", `${podsPath}/${pod}`, { ...atOnce, gracePeriodSeconds: graceSeconds });
}

/** The image in the template of the engine's DaemonSet, and the revision that `rollEngineDaemonSet` gave it. */
export async function readEngineTemplate(
  api: KubeApi,
): Promise<{ readonly image: string; readonly revision: number }> {
  const { body } = await api.request("GET", daemonSetPath);
  const { metadata, spec } = daemonSetSchema.parse(body).spec.template;
  const revision = Number(metadata.annotations?.[revisionAnnotation] ?? "0");
  return { image: spec.containers[0]?.image ?? "", revision };
}

/**
 * Gives the template of the engine's DaemonSet another revision, so that its controller replaces every pod.
 *
 * @returns the revision
 */
export async function rollEngineDaemonSet(api: KubeApi): Promise<number> {
  const revision = (await readEngineTemplate(api)).revision + 1;
  const annotations = { [revisionAnnotation]: String(revision) };
  const change = { spec: { template: { metadata: { annotations } } } };
  const { status, body } = await api.request("PATCH", daemonSetPath, change, "application/merge-patch+json");
  if (status !== 200) throw new Error(`the DaemonSet was not changed: ${status} ${JSON.stringify(body)}`);
  return revision;
}

async function labelNode(api: KubeApi, node: string, value: string | null): Promise<void> {
  const change = { metadata: { labels: { [nodeLabel]: value } } };
  const path = `/api/v1/nodes/${node}`;
  const { status, body } = await api.request("PATCH", path, change, "application/merge-patch+json");
  if (status !== 200) throw new Error(`node ${node} was not labelled: ${status} ${JSON.stringify(body)}`);
}

/** Lets the engine's DaemonSet have a pod on a node. */
export async function callEngineTo(api: KubeApi, node: string): Promise<void> {
  await labelNode(api, node, "here");
}

/** The node gets no engine any more. */
export async function keepEngineFrom(api: KubeApi, node: string): Promise<void> {
  await labelNode(api, node, null);
}

/** Makes the engine's DaemonSet, or gives the one that is there another image: its controller replaces every pod then. */
export async function applyEngineDaemonSet(api: KubeApi, image: string): Promise<void> {
  await api.apply(daemonSet(image));
}

/** How the engine's pod comes to `node`, from `image`, which is there. */
export function createEnginePods(api: KubeApi, node: string, image: string): EnginePods {
  return {
    async ensure() {
      await applyEngineDaemonSet(api, image);
      // What is there of another version waits at its gate, and would go when kubelet's time for it is over.
      for (const pod of await listEnginePods(api, node))
        if (pod.image !== image) await deleteEnginePod(api, pod.name, 0);
    },
    async uids() {
      const pods = await listEnginePods(api, node);
      return pods.filter((pod) => !pod.isEnding && pod.image === image).map(({ uid }) => uid);
    },
    async replace() {
      for (const pod of await listEnginePods(api, node)) await deleteEnginePod(api, pod.name, 0);
    },
  };
}

/**
 * Takes the engine's DaemonSet away, and waits until its pods are gone.
 *
 * @throws {HarnessError} `wait/timed-out`
 */
export async function removeEngineDaemonSet(api: KubeApi): Promise<void> {
  await api.request("DELETE", daemonSetPath, atOnce);
  const areGone = async (): Promise<true | undefined> => {
    const pods = await listEnginePods(api);
    for (const pod of pods) await deleteEnginePod(api, pod.name, 0);
    return pods.length === 0 ? true : undefined;
  };
  await until("the engine's pods are gone", areGone, { timeoutMs: goneMs, everyMs: 100 });
}
