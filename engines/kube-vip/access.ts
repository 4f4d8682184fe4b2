import type { EngineAccess, EngineSelection } from "../../harness/model/engine.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import { eraOfSelection } from "./options.ts";

const rbac = "rbac.authorization.k8s.io";

/** Rights of https://kube-vip.io/manifests/rbac.yaml; to list pods came on 2025-01-08. */
function vendorRules(mayListPods: boolean): readonly object[] {
  const rules = [
    { apiGroups: [""], resources: ["services/status"], verbs: ["update"] },
    { apiGroups: [""], resources: ["services", "endpoints"], verbs: ["list", "get", "watch", "update"] },
    { apiGroups: [""], resources: ["nodes"], verbs: ["list", "get", "watch", "update", "patch"] },
    {
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      verbs: ["list", "get", "watch", "update", "create"],
    },
    {
      apiGroups: ["discovery.k8s.io"],
      resources: ["endpointslices"],
      verbs: ["list", "get", "watch", "update"],
    },
  ];
  return mayListPods ? [...rules, { apiGroups: [""], resources: ["pods"], verbs: ["list"] }] : rules;
}

/** The repair for engines outside of kube-system, word for word as in kube-vip #966. */
function discoveryRole(serviceAccount: string, namespace: string): readonly KubeObject[] {
  const metadata = (name: string) => ({ name, namespace: "kube-system" });
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata: metadata("kube-vip-role"),
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata: metadata("kube-vip-rolebinding"),
      roleRef: { apiGroup: rbac, kind: "Role", name: "kube-vip-role" },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
    },
  ];
}

/** The service account as the vendor documents it for the release, changed as `settings` ask. */
export function access(settings: Settings, selection: EngineSelection): EngineAccess {
  const namespace = settings.engineNamespace ?? "kube-system";
  const listing = settings.podListing ?? "vendor";
  const serviceAccount = listing === "discovery-role" ? "kube-vip-serviceaccount" : "kube-vip";
  const era = eraOfSelection(selection);
  const objects: readonly KubeObject[] = [
    ...(namespace === "kube-system"
      ? []
      : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }]),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccount, namespace } },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: "system:kube-vip-role" },
      rules: vendorRules(listing === "vendor" && era.mayListPods),
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "system:kube-vip-binding" },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "system:kube-vip-role" },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
    },
    ...(listing === "discovery-role" ? discoveryRole(serviceAccount, namespace) : []),
  ];
  return { namespace, serviceAccount, objects };
}
