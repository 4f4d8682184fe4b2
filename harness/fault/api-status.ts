import type { FaultAction } from "../model/fault.ts";
import { describeMatch, injectRule } from "./api-rule.ts";
import type { Fault } from "./fault.ts";

/** Requests of the engine are answered 403, 409, 429 or 500, as the API server would; they do not reach it. */
export const apiStatus: Fault<Extract<FaultAction, { kind: "api-status" }>> = {
  kind: "api-status",
  describe: ({ status, times, match }) =>
    `${describeMatch(match)} ${times === undefined ? "" : `(${times} times) `}answered ${status} in the place of the API server`,
  inject: async (action, target) => injectRule({ ...action, kind: "status" }, target),
};
