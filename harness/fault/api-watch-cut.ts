import type { FaultAction } from "../model/fault.ts";
import { describeMatch, injectRule } from "./api-rule.ts";
import type { Fault } from "./fault.ts";

/** The connections of open watches are gone, once; where none is open, that of the first that opens. */
export const apiWatchCut: Fault<Extract<FaultAction, { kind: "api-watch-cut" }>> = {
  kind: "api-watch-cut",
  describe: ({ match }) => `${describeMatch(match, "watches")}: the connection is gone, without notice`,
  inject: async ({ match }, target) => injectRule({ kind: "watch-cut", ...(match && { match }) }, target),
};
