import type { FaultAction } from "../model/fault.ts";
import { describeMatch, injectRule } from "./api-rule.ts";
import type { Fault } from "./fault.ts";

/** Events of watches come late: the engine acts on a stale view. They come in order when it is healed. */
export const apiStale: Fault<Extract<FaultAction, { kind: "api-stale" }>> = {
  kind: "api-stale",
  describe: ({ match }) => `${describeMatch(match, "watches")}: events are held back`,
  inject: async ({ match }, target) => injectRule({ kind: "stale", ...(match && { match }) }, target),
};
