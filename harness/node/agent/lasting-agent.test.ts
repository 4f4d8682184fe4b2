import { expect, test } from "vitest";
import type { ProbeSample } from "./protocol.ts";
import type { NetworkAgent } from "./agent.ts";
import { startLastingAgent } from "./lasting-agent.ts";

/** Helpers that write down what they are asked, and of which each can tell of a look. */
function helpers() {
  const log: string[] = [];
  const tell: ((sample: ProbeSample) => void)[] = [];
  const start = async (namespace: string): Promise<NetworkAgent> => {
    const nth = tell.push(() => undefined);
    log.push(`${nth} starts in ${namespace}`);
    return {
      ask: async (command) => {
        log.push(`${nth} ${command.do}`);
        return null;
      },
      onProbe: (listener) => void (tell[nth - 1] = listener),
      [Symbol.asyncDispose]: async () => void log.push(`${nth} ends`),
    };
  };
  return { log, tell, start };
}

const relay = { do: "relay", host: "192.0.2.1", port: 1, toHost: "192.0.2.2", toPort: 2 } as const;
const probe = { do: "probe", from: "n1", url: "https://192.0.2.1", ca: "", everyMs: 200 } as const;
const sample: ProbeSample = { from: "n1", to: "x", connection: "new", ok: true, latencyMs: 1 };

test("the next helper goes on with what lasts, and with nothing that was done or stopped", async () => {
  const { log, start } = helpers();
  await using agent = await startLastingAgent("n1", start);
  await agent.ask(relay);
  await agent.ask(probe);
  await agent.ask({ do: "connect", host: "192.0.2.9", port: 1, timeoutMs: 1 });
  await agent.renew();
  expect(log.slice(4)).toEqual(["1 ends", "2 starts in n1", "2 relay", "2 probe"]);
  await agent.ask({ do: "stop-probes" });
  await agent.renew();
  expect(log.slice(8)).toEqual(["2 stop-probes", "2 ends", "3 starts in n1", "3 relay"]);
});

test("who listens hears the next helper too", async () => {
  const { tell, start } = helpers();
  await using agent = await startLastingAgent("n1", start);
  const heard: ProbeSample[] = [];
  agent.onProbe((each) => void heard.push(each));
  await agent.renew();
  tell[1]?.(sample);
  expect(heard).toEqual([sample]);
});
