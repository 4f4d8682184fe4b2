import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { RenderContext } from "../../harness/model/engine.ts";
import type { FeatureObject, KubeObject } from "../../harness/model/objects.ts";
import { annotatedService, clusterCidrsPod, endpoints } from "../kubernetes-objects.ts";
import { wantsInternalEgress } from "./options.ts";

/** The objects of the API that stand for `object`. */
export function render(object: FeatureObject, context: RenderContext): readonly KubeObject[] {
  const { namespace } = context;
  switch (object.kind) {
    case "egress-service":
    case "routed-service":
    case "address-service":
      return [
        // Endpoints are watched for this policy only (v0.8.4:pkg/manager/watch_services.go:165).
        ...annotatedService(object, namespace, annotations(object, context), "Local"),
        // Which of the two forms of backends is read depends on release and options.
        endpoints(object, namespace),
      ];
    case "cluster-cidrs":
      // To v0.8.4 the pod is found by its name, from v0.8.5 by its label: it has both.
      return [clusterCidrsPod(object)];
    case "service":
    case "pod-policy":
    case "elastic-ip":
    case "floating-ip":
    case "source-nat":
    case "port-forward":
      throw new HarnessError(
        "run/internal",
        `kube-vip claims no feature that needs ${object.kind} ${object.name}.`,
      );
  }
}

/** The VIP stands in spec too, which teardown reads: with the annotation alone egress is never torn down (all releases). */
function annotations(
  object: Extract<FeatureObject, { kind: "egress-service" | "routed-service" | "address-service" }>,
  { selection }: RenderContext,
): Readonly<Record<string, string>> {
  const address = { "kube-vip.io/loadbalancerIPs": object.vip };
  if (object.kind !== "egress-service") return address;
  const ports = object.ports?.map(({ protocol, port }) => `${protocol.toLowerCase()}:${port}`);
  const egress = {
    ...address,
    "kube-vip.io/egress": "true",
    ...(ports && { "kube-vip.io/egress-destination-ports": ports.join(",") }),
    ...(wantsInternalEgress(selection) ? { "kube-vip.io/egress-internal": "true" } : {}),
  };
  return object.vip.includes(":") ? { ...egress, "kube-vip.io/egress-ipv6": "true" } : egress;
}
