import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { KubeEndpoint } from "../../kube/client.ts";
import { engineNamespace } from "./engine-daemon-set.ts";
import type { KindCluster } from "./kind-cluster.ts";
import type { RunTool } from "./docker.ts";
import { kubectl } from "./ready.ts";

const entrySchema = z.object({
  cluster: z.object({ server: z.string(), "certificate-authority-data": z.string() }),
});
const kubeconfigSchema = z.object({ clusters: z.tuple([entrySchema], entrySchema) });

const account = "leakproof-admin";

/** What a cluster needs before its first attempt: the harness's own account, and a place for the engine. */
const objects = `apiVersion: v1
kind: Namespace
metadata: { name: ${engineNamespace} }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${account}, namespace: ${engineNamespace} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ${account} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: ${account}, namespace: ${engineNamespace} }]
`;

/** Makes an administrator with a token, since kind gives certificates, and says where the API server is. */
export async function openAdministration(cluster: KindCluster, runTool: RunTool): Promise<KubeEndpoint> {
  const nodes = cluster.nodes();
  await kubectl(nodes, ["apply", "-f", "-"], runTool, objects);
  const create = ["--namespace", engineNamespace, "create", "token", account, "--duration=24h"];
  const token = (await kubectl(nodes, create, runTool)).trim();
  const { clusters } = kubeconfigSchema.parse(parse(await readFile(cluster.kubeconfig, "utf8")));
  const [{ cluster: own }] = clusters;
  const ca = Buffer.from(own["certificate-authority-data"], "base64").toString();
  return { server: own.server, ca, token };
}
