import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import { access } from "./access.ts";
import { select } from "./testing.ts";

function clusterRules(version: string, settings: Settings = {}): string {
  const role = access(settings, select(version)).objects.find(({ kind }) => kind === "ClusterRole");
  return JSON.stringify(role?.["rules"]);
}

function kindsOf(objects: readonly KubeObject[]): readonly string[] {
  return objects.map(({ kind }) => kind);
}

describe("access", () => {
  it("gives the documented rights: pods from v0.8.8 on", () => {
    expect(clusterRules("v0.8.7")).not.toContain("pods");
    expect(clusterRules("v0.8.8")).toContain('"resources":["pods"],"verbs":["list"]');
    for (const version of ["v0.7.0", "v1.2.3"])
      for (const right of ["services/status", "endpointslices", "leases", "nodes"])
        expect(clusterRules(version)).toContain(right);
  });

  it("binds a service account in kube-system by default", () => {
    const { namespace, serviceAccount, objects } = access({}, select("v1.2.3"));
    expect([namespace, serviceAccount]).toEqual(["kube-system", "kube-vip"]);
    expect(kindsOf(objects)).toEqual(["ServiceAccount", "ClusterRole", "ClusterRoleBinding"]);
  });

  it("takes the right to list pods away", () => {
    expect(clusterRules("v1.2.3", { podListing: "none" })).not.toContain("pods");
  });

  it("grants exactly the Role of the report, to an account in another namespace", () => {
    const settings = { podListing: "discovery-role", engineNamespace: "tenant" } as const;
    const { objects, ...account } = access(settings, select("v0.8.5"));
    expect(account).toEqual({ namespace: "tenant", serviceAccount: "kube-vip-serviceaccount" });
    expect(clusterRules("v1.2.3", settings)).not.toContain("pods");
    expect(kindsOf(objects)).toEqual([
      "Namespace",
      "ServiceAccount",
      "ClusterRole",
      "ClusterRoleBinding",
      "Role",
      "RoleBinding",
    ]);
    expect(objects.slice(-2)).toEqual([
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "kube-vip-role", namespace: "kube-system" },
        rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "kube-vip-rolebinding", namespace: "kube-system" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "kube-vip-role" },
        subjects: [{ kind: "ServiceAccount", name: "kube-vip-serviceaccount", namespace: "tenant" }],
      },
    ]);
  });
});
