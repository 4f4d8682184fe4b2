import type { FaultAction } from "../model/fault.ts";
import { describeMatch, injectRule } from "./api-rule.ts";
import type { Fault } from "./fault.ts";

/** Requests of the engine reach the API server late. */
export const apiLatency: Fault<Extract<FaultAction, { kind: "api-latency" }>> = {
  kind: "api-latency",
  describe: ({ delayMs, match }) =>
    `${describeMatch(match)} wait ${delayMs} ms on their way to the API server`,
  inject: async ({ delayMs, match }, target) =>
    injectRule({ kind: "delay", delayMs, ...(match && { match }) }, target),
};
