import type { Scenario } from "../harness/model/scenario.ts";
import { scenario as addressBesideServiceRules } from "./address-beside-service-rules.ts";
import { scenario as addressChangedInPlace } from "./address-changed-in-place.ts";
import { scenario as addressControlPlaneBalanced } from "./address-control-plane-balanced.ts";
import { scenario as addressControlPlaneLeaderDies } from "./address-control-plane-leader-dies.ts";
import { scenario as addressDowngradeInPlace } from "./address-downgrade-in-place.ts";
import { scenario as addressEndpointMovesOtherNode } from "./address-endpoint-moves-other-node.ts";
import { scenario as addressLeaderFailsOver } from "./address-leader-fails-over.ts";
import { scenario as addressServiceCreatedDeleted } from "./address-service-created-deleted.ts";
import { scenario as addressServiceDeletedWhileDown } from "./address-service-deleted-while-down.ts";
import { scenario as addressSharedByServices } from "./address-shared-by-services.ts";
import { scenario as addressSigterm } from "./address-sigterm.ts";
import { scenario as addressTwoVersions } from "./address-two-versions.ts";
import { scenario as addressTypeChanged } from "./address-type-changed.ts";
import { scenario as addressUpgradeBySteps } from "./address-upgrade-by-steps.ts";
import { scenario as egressAddressChanged } from "./egress-address-changed.ts";
import { scenario as egressAddressReused } from "./egress-address-reused.ts";
import { scenario as egressCidrsConfigured } from "./egress-cidrs-configured.ts";
import { scenario as egressCidrsDiscovered } from "./egress-cidrs-discovered.ts";
import { scenario as egressCidrsWithoutPodRbac } from "./egress-cidrs-without-pod-rbac.ts";
import { scenario as egressCreatedAndDeletedAtOnce } from "./egress-created-and-deleted-at-once.ts";
import { scenario as egressEndpointMovesOtherNode } from "./egress-endpoint-moves-other-node.ts";
import { scenario as egressEndpointMovesSameNode } from "./egress-endpoint-moves-same-node.ts";
import { scenario as egressEndpointMovesWhileDown } from "./egress-endpoint-moves-while-down.ts";
import { scenario as egressIpv6 } from "./egress-ipv6.ts";
import { scenario as egressLeaderFailsOver } from "./egress-leader-fails-over.ts";
import { scenario as egressPortsRemoved } from "./egress-ports-removed.ts";
import { scenario as egressRestarted20Times } from "./egress-restarted-20-times.ts";
import { scenario as egressRestsAfterMoves } from "./egress-rests-after-moves.ts";
import { scenario as egressServiceDeleted } from "./egress-service-deleted.ts";
import { scenario as egressServiceDeletedWhileDown } from "./egress-service-deleted-while-down.ts";
import { scenario as egressSharedAddress } from "./egress-shared-address.ts";
import { scenario as egressSigterm } from "./egress-sigterm.ts";
import { scenario as egressTwoServicesOnePod } from "./egress-two-services-one-pod.ts";
import { scenario as egressTypeChanged } from "./egress-type-changed.ts";
import { scenario as egressUpgradeAndCleanUp } from "./egress-upgrade-and-clean-up.ts";
import { scenario as egressUpgradeInPlace } from "./egress-upgrade-in-place.ts";
import { scenario as inputChainEngineRestarted } from "./input-chain-engine-restarted.ts";
import { scenario as inputChainLegacyToNft } from "./input-chain-legacy-to-nft.ts";
import { scenario as inputChainPolicyDeleted } from "./input-chain-policy-deleted.ts";
import { scenario as inputChainNodeRebooted } from "./input-chain-node-rebooted.ts";
import { scenario as inputChainPolicyDeletedWhileDown } from "./input-chain-policy-deleted-while-down.ts";
import { scenario as inputChainPolicyPodsChange } from "./input-chain-policy-pods-change.ts";
import { scenario as inputChainRestarted20Times } from "./input-chain-restarted-20-times.ts";
import { scenario as inputChainRestsAfterChanges } from "./input-chain-rests-after-changes.ts";
import { scenario as inputChainSigterm } from "./input-chain-sigterm.ts";
import { scenario as inputChainTurnedOff } from "./input-chain-turned-off.ts";
import { scenario as inputChainUninstalled } from "./input-chain-uninstalled.ts";
import { scenario as inputChainUpgradeAndCleanUp } from "./input-chain-upgrade-and-clean-up.ts";
import { scenario as inputChainUpgradeAndReboot } from "./input-chain-upgrade-and-reboot.ts";
import { scenario as inputChainUpgradeInPlace } from "./input-chain-upgrade-in-place.ts";
import { scenario as fipCreatedAndDeleted } from "./fip-created-and-deleted.ts";
import { scenario as fipDeletedBeforeStatus } from "./fip-deleted-before-status.ts";
import { scenario as fipDeletedDuringExec } from "./fip-deleted-during-exec.ts";
import { scenario as fipDeletedWhileNameIsLocked } from "./fip-deleted-while-name-is-locked.ts";
import { scenario as fipDnatDeletedDuringExec } from "./fip-dnat-deleted-during-exec.ts";
import { scenario as fipEipToAnotherPod } from "./fip-eip-to-another-pod.ts";
import { scenario as fipEngineKilledWhileDeleting } from "./fip-engine-killed-while-deleting.ts";
import { scenario as fipExecFailsHalfWay } from "./fip-exec-fails-half-way.ts";
import { scenario as fipExecNeverAnswers } from "./fip-exec-never-answers.ts";
import { scenario as fipFlowsEnded } from "./fip-flows-ended.ts";
import { scenario as fipGatewayRestarted } from "./fip-gateway-restarted.ts";
import { scenario as fipSnatDeleted } from "./fip-snat-deleted.ts";
import { scenario as fipSnatDeletedDuringExec } from "./fip-snat-deleted-during-exec.ts";
import { scenario as routeAddressChanged } from "./route-address-changed.ts";
import { scenario as routeLeaderFailsOver } from "./route-leader-fails-over.ts";
import { scenario as routeServiceDeletedWhileDown } from "./route-service-deleted-while-down.ts";
import { scenario as routeServiceRecreatedWhileDown } from "./route-service-recreated-while-down.ts";
import { scenario as routeSeveralServices } from "./route-several-services.ts";
import { scenario as routeSharedAddress } from "./route-shared-address.ts";
import { scenario as routeSharedEndpointMoves } from "./route-shared-endpoint-moves.ts";
import { scenario as routeTypeChanged } from "./route-type-changed.ts";
import { scenario as routeUpgradeAndCleanUp } from "./route-upgrade-and-clean-up.ts";
import { scenario as routeUpgradeInPlace } from "./route-upgrade-in-place.ts";
import { scenario as serviceAddressReused } from "./service-address-reused.ts";
import { scenario as serviceCreatedDeleted } from "./service-created-deleted.ts";
import { scenario as serviceDeletedWhileDown } from "./service-deleted-while-down.ts";
import { scenario as serviceEngineRestarted } from "./service-engine-restarted.ts";
import { scenario as servicePortsChanged } from "./service-ports-changed.ts";
import { scenario as serviceRestarted20Times } from "./service-restarted-20-times.ts";
import { scenario as serviceScaled } from "./service-scaled.ts";
import { scenario as serviceTypeChanged } from "./service-type-changed.ts";
import { scenario as svipDualStack } from "./svip-dual-stack.ts";
import { scenario as svipExternalIpOfNode } from "./svip-external-ip-of-node.ts";
import { scenario as svipExternalIpOfNodeIpv6 } from "./svip-external-ip-of-node-ipv6.ts";
import { scenario as svipIpv6First } from "./svip-ipv6-first.ts";
import { scenario as svipLoadBalancerChanged } from "./svip-load-balancer-changed.ts";
import { scenario as svipLoadBalancerPool } from "./svip-load-balancer-pool.ts";
import { scenario as svipNodeOnDocker0 } from "./svip-node-on-docker0.ts";
import { scenario as svipNodePortChanged } from "./svip-node-port-changed.ts";
import { scenario as svipServiceDeletedWhileDown } from "./svip-service-deleted-while-down.ts";
import { scenario as svipSeveralServices } from "./svip-several-services.ts";
import { scenario as svipForeignApiServer } from "./svip-foreign-api-server.ts";
import { scenario as svipForeignApiServerExcluded } from "./svip-foreign-api-server-excluded.ts";
import { scenario as svipVirtualServersChanged } from "./svip-virtual-servers-changed.ts";

/** Every scenario, by area. */
export const scenarios: readonly Scenario[] = [
  addressBesideServiceRules,
  addressChangedInPlace,
  addressControlPlaneBalanced,
  addressControlPlaneLeaderDies,
  addressDowngradeInPlace,
  addressEndpointMovesOtherNode,
  addressLeaderFailsOver,
  addressServiceCreatedDeleted,
  addressServiceDeletedWhileDown,
  addressSharedByServices,
  addressSigterm,
  addressTwoVersions,
  addressTypeChanged,
  addressUpgradeBySteps,
  egressAddressChanged,
  egressAddressReused,
  egressCidrsConfigured,
  egressCidrsDiscovered,
  egressCidrsWithoutPodRbac,
  egressCreatedAndDeletedAtOnce,
  egressEndpointMovesOtherNode,
  egressEndpointMovesSameNode,
  egressEndpointMovesWhileDown,
  egressIpv6,
  egressLeaderFailsOver,
  egressPortsRemoved,
  egressRestarted20Times,
  egressRestsAfterMoves,
  egressServiceDeleted,
  egressServiceDeletedWhileDown,
  egressSharedAddress,
  egressSigterm,
  egressTwoServicesOnePod,
  egressTypeChanged,
  egressUpgradeAndCleanUp,
  egressUpgradeInPlace,
  inputChainEngineRestarted,
  inputChainLegacyToNft,
  inputChainPolicyDeleted,
  inputChainNodeRebooted,
  inputChainPolicyDeletedWhileDown,
  inputChainPolicyPodsChange,
  inputChainRestarted20Times,
  inputChainRestsAfterChanges,
  inputChainSigterm,
  inputChainTurnedOff,
  inputChainUninstalled,
  inputChainUpgradeAndCleanUp,
  inputChainUpgradeAndReboot,
  inputChainUpgradeInPlace,
  fipCreatedAndDeleted,
  fipDeletedBeforeStatus,
  fipDeletedDuringExec,
  fipDeletedWhileNameIsLocked,
  fipDnatDeletedDuringExec,
  fipEipToAnotherPod,
  fipEngineKilledWhileDeleting,
  fipExecFailsHalfWay,
  fipExecNeverAnswers,
  fipFlowsEnded,
  fipGatewayRestarted,
  fipSnatDeleted,
  fipSnatDeletedDuringExec,
  routeAddressChanged,
  routeLeaderFailsOver,
  routeServiceDeletedWhileDown,
  routeServiceRecreatedWhileDown,
  routeSeveralServices,
  routeSharedAddress,
  routeSharedEndpointMoves,
  routeTypeChanged,
  routeUpgradeAndCleanUp,
  routeUpgradeInPlace,
  serviceAddressReused,
  serviceCreatedDeleted,
  serviceDeletedWhileDown,
  serviceEngineRestarted,
  servicePortsChanged,
  serviceRestarted20Times,
  serviceScaled,
  serviceTypeChanged,
  svipDualStack,
  svipExternalIpOfNode,
  svipExternalIpOfNodeIpv6,
  svipIpv6First,
  svipLoadBalancerChanged,
  svipLoadBalancerPool,
  svipNodeOnDocker0,
  svipNodePortChanged,
  svipServiceDeletedWhileDown,
  svipSeveralServices,
  svipForeignApiServer,
  svipForeignApiServerExcluded,
  svipVirtualServersChanged,
];
