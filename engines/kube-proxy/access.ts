import type { EngineAccess } from "../../harness/model/engine.ts";
import type { Settings } from "../../harness/model/scenario.ts";

const rbac = "rbac.authorization.k8s.io";
const serviceAccount = "kube-proxy";

/** As kubeadm installs it: a service account with the role system:node-proxier, which every API server has. */
export function access(settings: Settings): EngineAccess {
  const namespace = settings.engineNamespace ?? "kube-system";
  return {
    namespace,
    serviceAccount,
    objects: [
      ...(namespace === "kube-system"
        ? []
        : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }]),
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccount, namespace } },
      {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: "kubeadm:node-proxier" },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "system:node-proxier" },
        subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
      },
    ],
  };
}
