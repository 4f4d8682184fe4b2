import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import { engineHome } from "../../node/isolate.ts";
import { engineFolder } from "../../node/container/container-body.ts";
import { type EnginePods, podCommand, podFolder } from "../../node/container/engine-pod.ts";
import { until } from "../../wait/until.ts";

/** Where the engine's DaemonSet is; made with the cluster, and none of the scenario's. */
export const engineNamespace = "leakproof-engine";

const name = "engine";
const base = `/apis/apps/v1/namespaces/${engineNamespace}/daemonsets`;
const podsPath = `/api/v1/namespaces/${engineNamespace}/pods`;
const goneMs = 60_000;

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
          terminationGracePeriodSeconds: 0,
          tolerations: [{ operator: "Exists" }],
          containers: [
            {
              name: "engine",
              image,
              imagePullPolicy: "Never",
              command: podCommand,
              securityContext: { privileged: true },
              volumeMounts: mounts.map(({ name: volume, mountPath }) => ({ name: volume, mountPath })),
            },
          ],
          volumes: mounts.map(({ name: volume, hostPath }) => ({ name: volume, hostPath })),
        },
      },
    },
  };
}

/** Names of the pods on a node; those of every node without one. */
async function podsOf(api: KubeApi, node?: string): Promise<readonly string[]> {
  const query = node === undefined ? "" : `?fieldSelector=spec.nodeName%3D${node}`;
  const { body } = await api.request("GET", `${podsPath}${query}`);
  const items: unknown = typeof body === "object" && body !== null && "items" in body ? body.items : [];
  return (Array.isArray(items) ? items : []).flatMap((item: unknown) => {
    const metadata =
      typeof item === "object" && item !== null && "metadata" in item ? item.metadata : undefined;
    return typeof metadata === "object" && metadata !== null && "name" in metadata
      ? [String(metadata.name)]
      : [];
  });
}

/** How the engine's pod comes to `node`, from `image`, which is there. */
export function createEnginePods(api: KubeApi, node: string, image: string): EnginePods {
  return {
    ensure: () => api.apply(daemonSet(image)),
    async replace() {
      const options = { gracePeriodSeconds: 0, propagationPolicy: "Background" };
      for (const pod of await podsOf(api, node)) await api.request("DELETE", `${podsPath}/${pod}`, options);
    },
  };
}

/**
 * Takes the engine's DaemonSet away, and waits until its pods are gone.
 *
 * @throws {HarnessError} `wait/timed-out`
 */
export async function removeEngineDaemonSet(api: KubeApi): Promise<void> {
  await api.request("DELETE", `${base}/${name}`, { propagationPolicy: "Background", gracePeriodSeconds: 0 });
  const areGone = async (): Promise<true | undefined> =>
    (await podsOf(api)).length === 0 ? true : undefined;
  await until("the engine's pods are gone", areGone, { timeoutMs: goneMs, everyMs: 100 });
}
