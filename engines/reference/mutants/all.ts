import { addressReadOnce } from "./address-read-once.ts";
import { addressChangeKeepsOld } from "./address-change-keeps-old.ts";
import { addressKeptWithoutPod } from "./address-kept-without-pod.ts";
import { addressNotSweptOnStart } from "./address-not-swept-on-start.ts";
import { addressOfNewerVersionForeign } from "./address-of-newer-version-foreign.ts";
import { addressOfOlderVersionForeign } from "./address-of-older-version-foreign.ts";
import { appendsAgain } from "./appends-again.ts";
import { balancedServerStays } from "./balanced-server-stays.ts";
import { blocksApi } from "./blocks-api.ts";
import { cleanUpLeavesChain } from "./clean-up-leaves-chain.ts";
import { configuredCidrsIgnored } from "./configured-cidrs-ignored.ts";
import { deleteEventLost } from "./delete-event-lost.ts";
import { destinationsOnlyAdded } from "./destinations-only-added.ts";
import { diesAfterProgramming } from "./dies-after-programming.ts";
import { excludedServersTakenAway } from "./excluded-servers-taken-away.ts";
import { externalAddressIsNoLocalOne } from "./external-address-is-no-local-one.ts";
import { finalizerAfterProgramming } from "./finalizer-after-programming.ts";
import { finalizerMissingForRoutes } from "./finalizer-missing-for-routes.ts";
import { firstErrorAborts } from "./first-error-aborts.ts";
import { foreignRulesFlushed } from "./foreign-rules-flushed.ts";
import { foreignServersTakenAway } from "./foreign-servers-taken-away.ts";
import { foreignSetsFlushed } from "./foreign-sets-flushed.ts";
import { forgetsJump } from "./forgets-jump.ts";
import { formerLeaderKeepsRoute } from "./former-leader-keeps-route.ts";
import { formerLeaderKeepsRules } from "./former-leader-keeps-rules.ts";
import { formerSettingsStay } from "./former-settings-stay.ts";
import { gatewayFinalizerAfterExec } from "./gateway-finalizer-after-exec.ts";
import { gatewayForgetsBegunDeletions } from "./gateway-forgets-begun-deletions.ts";
import { gatewayLeavesFlows } from "./gateway-leaves-flows.ts";
import { gatewayProgramsWhatIsGone } from "./gateway-programs-what-is-gone.ts";
import { gatewayReadsBeforeItWaits } from "./gateway-reads-before-it-waits.ts";
import { gatewaySourceNatHeldLate } from "./gateway-source-nat-held-late.ts";
import { gatewaySourceNatNeverHeld } from "./gateway-source-nat-never-held.ts";
import { growsWithEveryStart } from "./grows-with-every-start.ts";
import { halfMadeChainIsWhole } from "./half-made-chain-is-whole.ts";
import { ignoresSigterm } from "./ignores-sigterm.ts";
import { inputFlushedForJump } from "./input-flushed-for-jump.ts";
import { insertThenDelete } from "./insert-then-delete.ts";
import { jumpInsertedThenDeleted } from "./jump-inserted-then-deleted.ts";
import { keepsOnExit } from "./keeps-on-exit.ts";
import { leaseNamedByVersion } from "./lease-named-by-version.ts";
import { leavesChainPerService } from "./leaves-chain-per-service.ts";
import { leavesFinalizer } from "./leaves-finalizer.ts";
import { marksButNoSnat } from "./marks-but-no-snat.ts";
import { noSweepOnStart } from "./no-sweep-on-start.ts";
import { nodeAddressIsNoLocalOne } from "./node-address-is-no-local-one.ts";
import { orphanAfterUpgrade } from "./orphan-after-upgrade.ts";
import { otherTablesStay } from "./other-tables-stay.ts";
import { overCleansOnStart } from "./over-cleans-on-start.ts";
import { ownAddressesByInterfaceName } from "./own-addresses-by-interface-name.ts";
import { ownAddressesOfIpv4Alone } from "./own-addresses-of-ipv4-alone.ts";
import { poolAddressNeverGivenBack } from "./pool-address-never-given-back.ts";
import { portsOnlyAdded } from "./ports-only-added.ts";
import { programsAfterDeath } from "./programs-after-death.ts";
import { rbacFallback } from "./rbac-fallback.ts";
import { recoversDifferently } from "./recovers-differently.ts";
import { relistNeverDeletes } from "./relist-never-deletes.ts";
import { secondFamilyForgotten } from "./second-family-forgotten.ts";
import { setMembersFoundAreKept } from "./set-members-found-are-kept.ts";
import { setMembersOnlyAdded } from "./set-members-only-added.ts";
import { sharedMemberGoesWithTheFirst } from "./shared-member-goes-with-the-first.ts";
import { routeOfOldAddressStays } from "./route-of-old-address-stays.ts";
import { sharedAddressKeepsRules } from "./shared-address-keeps-rules.ts";
import { sharedEndpointMovesOnce } from "./shared-endpoint-moves-once.ts";
import { sharedRouteTakenAlong } from "./shared-route-taken-along.ts";
import { sharedAddressGoesWithOne } from "./shared-address-goes-with-one.ts";
import { staleAnnotation } from "./stale-annotation.ts";
import { sweepsForeignRoutes } from "./sweeps-foreign-routes.ts";
import { sweepsLate } from "./sweeps-late.ts";
import { takesOthersForLeftovers } from "./takes-others-for-leftovers.ts";
import { teardownUsesNewEndpoint } from "./teardown-uses-new-endpoint.ts";
import { twoElectionLoops } from "./two-election-loops.ts";
import { rewritesForEveryChange } from "./rewrites-for-every-change.ts";
import { trustsItsMemory } from "./trusts-its-memory.ts";
import { trustsNotesOfRoutes } from "./trusts-notes-of-routes.ts";
import { trustsNotes } from "./trusts-notes.ts";
import { typeChangeIgnored } from "./type-change-ignored.ts";
import { typeChangeKeepsRoute } from "./type-change-keeps-route.ts";
import { v6LeftToTheV4Tool } from "./v6-left-to-the-v4-tool.ts";
import { watchDiesForGood } from "./watch-dies-for-good.ts";
import { wrongMask } from "./wrong-mask.ts";
import { temporarySetReused } from "./temporary-set-reused.ts";
import { typeChangeUnseen } from "./type-change-unseen.ts";
import type { Mutant } from "./mutant.ts";

/** Every mutant; each oracle has one that it must catch. */
export const mutants: readonly Mutant[] = [
  teardownUsesNewEndpoint,
  noSweepOnStart,
  deleteEventLost,
  foreignRulesFlushed,
  configuredCidrsIgnored,
  diesAfterProgramming,
  sweepsForeignRoutes,
  wrongMask,
  marksButNoSnat,
  forgetsJump,
  appendsAgain,
  leavesChainPerService,
  keepsOnExit,
  ignoresSigterm,
  leavesFinalizer,
  balancedServerStays,
  blocksApi,
  relistNeverDeletes,
  watchDiesForGood,
  finalizerAfterProgramming,
  finalizerMissingForRoutes,
  programsAfterDeath,
  staleAnnotation,
  rbacFallback,
  v6LeftToTheV4Tool,
  overCleansOnStart,
  firstErrorAborts,
  insertThenDelete,
  halfMadeChainIsWhole,
  recoversDifferently,
  growsWithEveryStart,
  twoElectionLoops,
  sweepsLate,
  orphanAfterUpgrade,
  jumpInsertedThenDeleted,
  gatewayFinalizerAfterExec,
  gatewaySourceNatNeverHeld,
  gatewayProgramsWhatIsGone,
  externalAddressIsNoLocalOne,
  foreignSetsFlushed,
  nodeAddressIsNoLocalOne,
  ownAddressesByInterfaceName,
  ownAddressesOfIpv4Alone,
  poolAddressNeverGivenBack,
  secondFamilyForgotten,
  setMembersFoundAreKept,
  setMembersOnlyAdded,
  sharedMemberGoesWithTheFirst,
  temporarySetReused,
  addressReadOnce,
  cleanUpLeavesChain,
  formerLeaderKeepsRoute,
  formerLeaderKeepsRules,
  formerSettingsStay,
  gatewayForgetsBegunDeletions,
  gatewayLeavesFlows,
  gatewayReadsBeforeItWaits,
  gatewaySourceNatHeldLate,
  inputFlushedForJump,
  otherTablesStay,
  portsOnlyAdded,
  routeOfOldAddressStays,
  sharedAddressKeepsRules,
  sharedEndpointMovesOnce,
  sharedRouteTakenAlong,
  rewritesForEveryChange,
  trustsItsMemory,
  trustsNotesOfRoutes,
  trustsNotes,
  typeChangeIgnored,
  typeChangeKeepsRoute,
  destinationsOnlyAdded,
  excludedServersTakenAway,
  foreignServersTakenAway,
  addressChangeKeepsOld,
  addressKeptWithoutPod,
  addressNotSweptOnStart,
  addressOfNewerVersionForeign,
  addressOfOlderVersionForeign,
  leaseNamedByVersion,
  sharedAddressGoesWithOne,
  typeChangeUnseen,
  takesOthersForLeftovers,
];
