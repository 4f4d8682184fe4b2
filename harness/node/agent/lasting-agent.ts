import { type NetworkAgent, startAgent } from "./agent.ts";
import type { AgentCommand } from "./protocol.ts";

/** A helper that outlives its namespace: another one does what it was doing. */
export interface LastingAgent extends NetworkAgent {
  /**
   * Ends the helper and starts another in the namespace that has the name now: what it was asked to go on doing, the
   * new one does.
   *
   * @throws {HarnessError} `node/agent-failed`; {Error} what the system said to one of the commands
   */
  renew(): Promise<void>;
}

/** What goes on when the command is done. */
const goesOn: ReadonlySet<AgentCommand["do"]> = new Set(["relay", "answer", "receive", "probe"]);

/**
 * Starts a helper in the network namespace `/run/netns/<name>`, which may be made anew.
 *
 * @param start - starts one that lasts as long as its namespace
 * @throws {HarnessError} `node/agent-failed` when it does not come up
 */
export async function startLastingAgent(
  namespace: string,
  start: (namespace: string) => Promise<NetworkAgent> = startAgent,
): Promise<LastingAgent> {
  let agent = await start(namespace);
  let heard: Parameters<NetworkAgent["onProbe"]>[0] = () => undefined;
  let doing: readonly AgentCommand[] = [];
  return {
    async ask(command) {
      const answer = await agent.ask(command);
      if (goesOn.has(command.do)) doing = [...doing, command];
      if (command.do === "stop-probes") doing = doing.filter((each) => each.do !== "probe");
      return answer;
    },
    onProbe(listener) {
      heard = listener;
      agent.onProbe(listener);
    },
    async renew() {
      await agent[Symbol.asyncDispose]();
      agent = await start(namespace);
      agent.onProbe(heard);
      for (const command of doing) await agent.ask(command);
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}
