import { flushCompileCache } from "node:module";
import { createHands } from "./perform.ts";
import type { AgentMessage, AgentRequest } from "./protocol.ts";

// The harness's hands in one network namespace: a process cannot change its own, so each has a helper.

function tell(message: AgentMessage): void {
  process.send?.(message);
}

const perform = createHands((sample) => tell({ kind: "probe", sample }));

process.on("message", (request: AgentRequest) => {
  perform(request.command).then(
    (value) => tell({ kind: "reply", id: request.id, value }),
    (error: unknown) =>
      tell({ kind: "failed", id: request.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
tell({ kind: "ready" });
// Whoever is killed writes no cache at its end, and agents are.
flushCompileCache();
