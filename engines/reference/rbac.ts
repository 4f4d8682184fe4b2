import type { KubeObject } from "../../harness/model/objects.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import { gatewayGroup, gatewayResources } from "./gateway/objects.ts";
import type { ExtraRight } from "./mutants/mutant.ts";

export const serviceAccount = "leakproof-reference";
const leases = {
  apiGroups: ["coordination.k8s.io"],
  resources: ["leases"],
  verbs: ["list", "create", "patch", "delete"],
};
/** An exec over WebSocket is a GET that also needs the right to create. */
const gatewayRules = [
  { apiGroups: [gatewayGroup], resources: [...gatewayResources], verbs: ["get", "list", "watch", "patch"] },
  { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
];
const poolRule = { apiGroups: [""], resources: ["services/status"], verbs: ["patch"] };
const group = "rbac.authorization.k8s.io";

const read = ["get", "list", "watch"];
const policyRights = [
  { apiGroups: [""], resources: ["pods"], verbs: read },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: read },
];

function binding(
  kind: "Role" | "ClusterRole",
  namespace: string,
  place: { readonly namespace?: string },
): KubeObject {
  return {
    apiVersion: `${group}/v1`,
    kind: `${kind}Binding`,
    metadata: { name: serviceAccount, ...place },
    roleRef: { apiGroup: group, kind, name: serviceAccount },
    subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
  };
}

/**
 * The engine's service account and its rights: to read Services and EndpointSlices, and to list the pods
 * of kube-system where it may discover networks. `list` is enough: without `watch` it lists once a second.
 */
export function accessObjects(
  namespace: string,
  {
    podListing = "vendor",
    networkPolicies,
    serviceAddresses,
    natGateway = false,
    addressPool,
    balancesControlPlane,
  }: Settings,
  extra: readonly ExtraRight[],
): readonly KubeObject[] {
  const role: KubeObject = {
    apiVersion: `${group}/v1`,
    kind: "ClusterRole",
    metadata: { name: serviceAccount },
    rules: [
      {
        apiGroups: [""],
        resources: ["services"],
        verbs: extra.includes("patch-services") ? [...read, "patch"] : read,
      },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
      ...(networkPolicies ? policyRights : []),
      ...(serviceAddresses || extra.includes("write-leases") ? [leases] : []),
      ...(natGateway ? gatewayRules : []),
      ...(addressPool === undefined ? [] : [poolRule]),
      ...(balancesControlPlane ? [{ apiGroups: [""], resources: ["nodes"], verbs: read }] : []),
    ],
  };
  const place = { namespace: "kube-system" };
  const discovery: readonly KubeObject[] = [
    {
      apiVersion: `${group}/v1`,
      kind: "Role",
      metadata: { name: serviceAccount, ...place },
      rules: [
        {
          apiGroups: [""],
          resources: ["pods"],
          verbs: podListing === "vendor" ? ["list", "watch"] : ["list"],
        },
      ],
    },
    binding("Role", namespace, place),
  ];
  const isBuiltIn = namespace === "kube-system" || namespace === "default";
  return [
    ...(isBuiltIn ? [] : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }]),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccount, namespace } },
    role,
    binding("ClusterRole", namespace, {}),
    ...(podListing === "none" ? [] : discovery),
  ];
}
