import type { EngineAccess } from "../../harness/model/engine.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import type { EngineFile } from "./schema.ts";

const group = "rbac.authorization.k8s.io";
type Rules = EngineFile["access"]["cluster"];

/** Rules without any right on pods. */
function withoutPods(rules: Rules): Rules {
  return rules.flatMap((rule) => {
    const resources = rule.resources.filter((resource) => resource !== "pods");
    return resources.length === 0 ? [] : [{ ...rule, resources }];
  });
}

/** The service account of an engine file and its rights, changed as the scenario asks. */
export function access({ access: given }: EngineFile, settings: Settings): EngineAccess {
  const namespace = settings.engineNamespace ?? given.namespace;
  const { serviceAccount } = given;
  const listing = settings.podListing ?? "vendor";
  const discovery: Rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }];
  const cluster = listing === "vendor" ? given.cluster : withoutPods(given.cluster);
  const kubeSystem = listing === "vendor" ? given.kubeSystem : withoutPods(given.kubeSystem);
  const local = listing === "discovery-role" ? [...kubeSystem, ...discovery] : kubeSystem;
  const isBuiltIn = namespace === "kube-system" || namespace === "default";
  const objects: KubeObject[] = isBuiltIn
    ? []
    : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }];
  objects.push({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccount, namespace } });
  if (cluster.length > 0) objects.push(...role("ClusterRole", {}, cluster));
  if (local.length > 0) objects.push(...role("Role", { namespace: "kube-system" }, local));
  return { namespace, serviceAccount, objects };

  function role(
    kind: "Role" | "ClusterRole",
    place: { namespace?: string },
    rules: Rules,
  ): readonly KubeObject[] {
    const name = `leakproof-${serviceAccount}`;
    const metadata = { name, ...place };
    const roleRef = { apiGroup: group, kind, name };
    const subjects = [{ kind: "ServiceAccount", name: serviceAccount, namespace }];
    const apiVersion = `${group}/v1`;
    return [
      { apiVersion, kind, metadata, rules },
      { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects },
    ];
  }
}
