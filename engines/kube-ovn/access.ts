import type { EngineAccess } from "../../harness/model/engine.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import { names } from "./names.ts";

const rbac = "rbac.authorization.k8s.io";
const read = ["get", "list", "watch"];
const write = [...read, "create", "update", "patch", "delete"];

/** As wide as the rights that the vendor's chart gives to the controller, kind by kind. */
const rules = [
  { apiGroups: ["kubeovn.io"], resources: ["*"], verbs: [...write, "deletecollection"] },
  { apiGroups: [""], resources: ["pods", "namespaces", "nodes", "configmaps"], verbs: write },
  { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] },
  { apiGroups: [""], resources: ["services", "services/status", "endpoints", "secrets"], verbs: write },
  { apiGroups: [""], resources: ["events"], verbs: write },
  { apiGroups: ["k8s.cni.cncf.io"], resources: ["network-attachment-definitions"], verbs: write },
  { apiGroups: ["apps"], resources: ["daemonsets", "deployments", "deployments/scale"], verbs: read },
  { apiGroups: ["apps"], resources: ["statefulsets"], verbs: write },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: write },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: read },
  { apiGroups: ["policy.networking.k8s.io"], resources: ["*"], verbs: read },
  { apiGroups: ["kubevirt.io"], resources: ["*"], verbs: read },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: write },
  { apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests"], verbs: read },
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: read },
];

export function access(): EngineAccess {
  const { namespace, serviceAccount } = names;
  const metadata = { name: "leakproof-kube-ovn" };
  const objects: readonly KubeObject[] = [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccount, namespace } },
    { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
    },
  ];
  return { namespace, serviceAccount, objects };
}
