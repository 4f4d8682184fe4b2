import type { EngineAccess } from "../../harness/model/engine.ts";
import type { Settings } from "../../harness/model/scenario.ts";

const rbac = "rbac.authorization.k8s.io";
const name = "kube-router";
const read = ["list", "get", "watch"];

/** The rights of the vendor's manifest, word for word (v2.1.3:daemonset/generic-kuberouter-all-features.yaml). */
const rules: readonly object[] = [
  { apiGroups: [""], resources: ["namespaces", "pods", "services", "nodes", "endpoints"], verbs: read },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: read },
  { apiGroups: ["extensions"], resources: ["networkpolicies"], verbs: read },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
  { apiGroups: [""], resources: ["services/status"], verbs: ["update"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
];

/** The service account as the vendor ships it. */
export function access(settings: Settings): EngineAccess {
  const namespace = settings.engineNamespace ?? "kube-system";
  return {
    namespace,
    serviceAccount: name,
    objects: [
      ...(namespace === "kube-system"
        ? []
        : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }]),
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
      { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name }, rules },
      {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    ],
  };
}
