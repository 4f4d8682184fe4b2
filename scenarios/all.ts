import type { Scenario } from "../harness/model/scenario.ts";
import { scenario as egressCidrsConfigured } from "./egress-cidrs-configured.ts";
import { scenario as egressCidrsDiscovered } from "./egress-cidrs-discovered.ts";
import { scenario as egressCidrsWithoutPodRbac } from "./egress-cidrs-without-pod-rbac.ts";
import { scenario as egressEndpointMovesOtherNode } from "./egress-endpoint-moves-other-node.ts";
import { scenario as egressEndpointMovesSameNode } from "./egress-endpoint-moves-same-node.ts";
import { scenario as egressIpv6 } from "./egress-ipv6.ts";
import { scenario as egressServiceDeleted } from "./egress-service-deleted.ts";
import { scenario as egressServiceDeletedWhileDown } from "./egress-service-deleted-while-down.ts";
import { scenario as egressSigterm } from "./egress-sigterm.ts";
import { scenario as egressTwoServicesOnePod } from "./egress-two-services-one-pod.ts";
import { scenario as routeServiceDeletedWhileDown } from "./route-service-deleted-while-down.ts";
import { scenario as routeServiceRecreatedWhileDown } from "./route-service-recreated-while-down.ts";
import { scenario as routeSeveralServices } from "./route-several-services.ts";
import { scenario as serviceCreatedDeleted } from "./service-created-deleted.ts";
import { scenario as serviceDeletedWhileDown } from "./service-deleted-while-down.ts";
import { scenario as serviceEngineRestarted } from "./service-engine-restarted.ts";
import { scenario as servicePortsChanged } from "./service-ports-changed.ts";
import { scenario as serviceScaled } from "./service-scaled.ts";
import { scenario as serviceTypeChanged } from "./service-type-changed.ts";

/** Every scenario, by area. */
export const scenarios: readonly Scenario[] = [
  egressCidrsConfigured,
  egressCidrsDiscovered,
  egressCidrsWithoutPodRbac,
  egressEndpointMovesOtherNode,
  egressEndpointMovesSameNode,
  egressIpv6,
  egressServiceDeleted,
  egressServiceDeletedWhileDown,
  egressSigterm,
  egressTwoServicesOnePod,
  routeServiceDeletedWhileDown,
  routeServiceRecreatedWhileDown,
  routeSeveralServices,
  serviceCreatedDeleted,
  serviceDeletedWhileDown,
  serviceEngineRestarted,
  servicePortsChanged,
  serviceScaled,
  serviceTypeChanged,
];
