import type { EngineHandle } from "../fault/fault.ts";
import type { AttemptContext, NodeEngine } from "./attempt-context.ts";
import { endEngine, killEngine, startEngine, terminateEngine } from "./engine-control.ts";
import { lookAt } from "./look.ts";

/** The engine of one node as faults act on it. */
export function engineHandle(context: AttemptContext, own: NodeEngine): EngineHandle {
  const { name } = own.node.ref;
  return {
    isRunning: () => own.process !== undefined,
    kill: (scope) => killEngine(context, name, scope),
    terminate: () => terminateEngine(context, name),
    endBy: (how, end) => endEngine(context, name, how, end),
    async start(failing) {
      if (own.process === undefined) await startEngine(context, name, failing);
    },
    pause: async () => own.process?.pause(),
    resume: async () => own.process?.resume(),
    items: async () => (await lookAt(context, own.node)).engineItems,
  };
}
