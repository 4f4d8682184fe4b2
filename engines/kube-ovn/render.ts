import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { FeatureObject, KubeObject } from "../../harness/model/objects.ts";
import { group, names } from "./names.ts";

/** The objects of the API that stand for `object`: all of the vendor's kinds are without a namespace. */
export function render(object: FeatureObject): readonly KubeObject[] {
  const of = (kind: string, spec: object, name = object.name): readonly KubeObject[] => [
    { apiVersion: group, kind, metadata: { name }, spec },
  ];
  switch (object.kind) {
    case "elastic-ip":
      // Given, so that no address is left to the engine's choice.
      return of("IptablesEIP", { natGwDp: names.gateway, v4ip: object.address });
    case "floating-ip":
      return of("IptablesFIPRule", { eip: object.elasticIp, internalIp: object.pod }, object.objectName);
    case "source-nat":
      return of("IptablesSnatRule", { eip: object.elasticIp, internalCIDR: object.cidr });
    case "port-forward":
      return of("IptablesDnatRule", {
        eip: object.elasticIp,
        protocol: "tcp",
        externalPort: String(object.port),
        internalIp: object.pod,
        internalPort: String(object.podPort),
      });
    case "egress-service":
    case "routed-service":
    case "address-service":
    case "service":
    case "cluster-cidrs":
    case "pod-policy":
      throw new HarnessError(
        "run/internal",
        `kube-ovn claims no feature that needs ${object.kind} ${object.name}.`,
      );
  }
}
