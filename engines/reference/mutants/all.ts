import { appendsAgain } from "./appends-again.ts";
import { blocksApi } from "./blocks-api.ts";
import { configuredCidrsIgnored } from "./configured-cidrs-ignored.ts";
import { deleteEventLost } from "./delete-event-lost.ts";
import { diesAfterProgramming } from "./dies-after-programming.ts";
import { foreignRulesFlushed } from "./foreign-rules-flushed.ts";
import { forgetsJump } from "./forgets-jump.ts";
import { ignoresSigterm } from "./ignores-sigterm.ts";
import { keepsOnExit } from "./keeps-on-exit.ts";
import { leavesChainPerService } from "./leaves-chain-per-service.ts";
import { leavesFinalizer } from "./leaves-finalizer.ts";
import { marksButNoSnat } from "./marks-but-no-snat.ts";
import { noSweepOnStart } from "./no-sweep-on-start.ts";
import { sweepsForeignRoutes } from "./sweeps-foreign-routes.ts";
import { teardownUsesNewEndpoint } from "./teardown-uses-new-endpoint.ts";
import { wrongMask } from "./wrong-mask.ts";
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
  blocksApi,
];
