import type { FaultAction } from "../model/fault.ts";
import { describeMatch, injectRule } from "./api-rule.ts";
import type { Fault } from "./fault.ts";

/** The version that open watches go on from is no longer known: the engine must list again. */
export const apiWatchGone: Fault<Extract<FaultAction, { kind: "api-watch-gone" }>> = {
  kind: "api-watch-gone",
  describe: ({ match }) =>
    `${describeMatch(match, "watches")}: ended with 410 Gone, and so is the next that goes on from there`,
  inject: async ({ match }, target) => injectRule({ kind: "watch-gone", ...(match && { match }) }, target),
};
