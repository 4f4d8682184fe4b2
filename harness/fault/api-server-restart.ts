import type { FaultAction } from "../model/fault.ts";
import type { Fault, FaultTarget } from "./fault.ts";
import { inForce } from "./in-force.ts";

/** What a request that gets no answer says; undefined where one came. */
async function refusal({ cluster }: FaultTarget): Promise<string | undefined> {
  try {
    await cluster.api.request("GET", "/readyz");
    return undefined;
  } catch (thrown) {
    return `the API server did not answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** The API server is killed, its store lives on; healed when it is ready again. Strikes the whole cluster, whatever the node. */
export const apiServerRestart: Fault<Extract<FaultAction, { kind: "api-server-restart" }>> = {
  kind: "api-server-restart",
  describe: () => "the API server is killed, and started again",
  async inject(_action, target) {
    if (!target.signal.aborted) await target.cluster.killApiServer();
    return inForce(target, {
      look: () => refusal(target),
      heal: () => target.cluster.startApiServer(),
    });
  },
};
