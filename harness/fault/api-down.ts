import type { FaultAction } from "../model/fault.ts";
import { injectRule } from "./api-rule.ts";
import type { Fault } from "./fault.ts";

/** The API is a black hole for the engine; when it is healed, the connections that hung are gone. */
export const apiDown: Fault<Extract<FaultAction, { kind: "api-down" }>> = {
  kind: "api-down",
  describe: () => "the API answers nothing and accepts nobody",
  inject: async (_action, target) => injectRule({ kind: "down" }, target),
};
