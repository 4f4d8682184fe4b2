import type { FaultAction } from "../model/fault.ts";
import { until } from "../wait/until.ts";
import type { Fault } from "./fault.ts";
import { inForce, startAgain } from "./in-force.ts";

/** Longer than any start may take, in ms. */
const endTimeoutMs = 120_000;

type CallFails = Extract<FaultAction, { kind: "call-fails" }>;

/**
 * Calls of one kind fail, by the tracer: they are not carried out. What fails is laid down when a process is
 * started, so the engine is started anew for it, and once more to heal. It bites where a write failed.
 */
export const callFails: Fault<CallFails> = {
  kind: "call-fails",
  describe: ({ error, times, call = "sendmsg" }) =>
    `after a new start the first ${times} ${call} of each thread and tool fail with ${error}`,
  async inject({ error, times, call = "sendmsg" }, target) {
    const { engine } = target;
    const failed: string[] = [];
    const when = times === 1 ? "1" : `1..${times}`;
    await engine.kill("tree");
    // Ready or not: what fails may be what it starts with, and then its start takes its limit.
    const starting = engine
      .start({
        inject: `${call}:error=${error}:when=${when}`,
        onFailed(write) {
          // Other calls fail in every life: io_uring is refused to engines.
          if (write.startsWith(`${error} `)) failed.push(write);
        },
      })
      .catch((thrown: unknown) => {
        if (!target.signal.aborted) throw thrown;
      });
    let isStarted = false;
    // What went wrong is told when it heals.
    starting.catch(() => undefined).finally(() => void (isStarted = true));
    const end = async (): Promise<true | undefined> => {
      await engine.kill("tree");
      return isStarted ? true : undefined;
    };
    return inForce(target, {
      look: async () => failed[0],
      async heal() {
        // Healed at once, it may not even have a process that could be killed.
        await until("the life with failing calls is over", end, { timeoutMs: endTimeoutMs, everyMs: 10 });
        await end();
        await starting;
        await startAgain(target);
      },
    });
  },
};
