import { randomUUID } from "node:crypto";
import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { inForce } from "./in-force.ts";

type ToolFails = Extract<FaultAction, { kind: "tool-fails" }>;

/** The next writes of a tool are not done, and the tool says so. Bites only where the engine was started behind shims. */
export const toolFails: Fault<ToolFails> = {
  kind: "tool-fails",
  describe: ({ tool, exitCode, times }) =>
    `the next ${times} writes of ${tool} fail with exit code ${exitCode}`,
  async inject({ tool, exitCode, stderr, times }, target) {
    const { tools } = target.node;
    const name = `fail-${randomUUID()}`;
    await tools.give({ name, tool, first: 1, times, act: { kind: "fail", exitCode, stderr } });
    return inForce(target, {
      async look() {
        const [first] = await tools.bites(name);
        return first === undefined ? undefined : `exit code ${exitCode} instead of: ${first}`;
      },
      heal: () => tools.withdraw(name),
    });
  },
};
