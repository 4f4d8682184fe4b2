import { describe, expect, it } from "vitest";
import type { EngineSelection, LaunchRequest } from "../model/engine.ts";
import type { Plan } from "../model/plan.ts";
import { eventsOf, type Recording } from "../model/recording.ts";
import { testNode } from "../oracle/testing.ts";
import type { AttemptContext, EngineVersion, NodeEngine } from "./attempt-context.ts";
import { noteReady, startEngine } from "./engine-control.ts";
import { downgradeEngine, upgradeEngine } from "./engine-versions.ts";
import { createRecorder } from "./recorder.ts";

const selection = (version: string): EngineSelection => ({ name: "x", version, variant: "y", options: {} });
const versionOf = (version: string): EngineVersion => ({
  selection: selection(version),
  program: `/engines/x-${version}`,
});

/** A node on which any engine starts, is ready at once, and ends on SIGTERM; or by its kubelet, which rolls it out. */
async function nodeWith(
  [first, ...upgrades]: readonly [string, ...string[]],
  { hasKubelet = false, isFresh = false }: { readonly hasKubelet?: boolean; readonly isFresh?: boolean } = {},
) {
  const rolled: string[] = [];
  let end = (): void => undefined;
  const recorder = createRecorder({ limits: { exitMs: 500 } } as Plan);
  const started: string[] = [];
  const own = {
    node: {
      ref: testNode,
      ...(hasKubelet
        ? {
            kubelet: {
              rollTo: async (program: string) => {
                rolled.push(program);
                end();
              },
            },
          }
        : {}),
      writeEngineFiles: async () => undefined,
      startEngine: async ({ program }: { readonly program: string }) => {
        started.push(program);
        const ended = Promise.withResolvers<{ exitCode: number }>();
        let isGone = false;
        end = () => {
          isGone = true;
          ended.resolve({ exitCode: 0 });
        };
        // An engine is ready some time after its start, never at once.
        setTimeout(() => noteReady(context, own), 5);
        return {
          exited: ended.promise,
          hasExited: () => isGone,
          log: () => "",
          tail: () => "",
          signal: async () => {
            if (hasKubelet) throw new Error("kubelet ends it");
            end();
          },
        };
      },
    },
    access: { url: "https://172.30.0.10:6443" },
    version: versionOf(first),
    upgrades: upgrades.map(versionOf),
    earlier: [],
    logs: [],
    toolOrders: [],
    isReady: false,
  } as unknown as NodeEngine;
  const launched: string[] = [];
  const context = {
    recorder,
    plan: { limits: { exitMs: 500 }, ...(isFresh ? { fresh: true } : {}) },
    engine: {
      launch({ selection: { version }, program }: LaunchRequest) {
        launched.push(`${version} ${program}`);
        return { argv: [program], env: {}, files: {}, hostname: "n" };
      },
    },
    engines: new Map([[testNode.name, own]]),
    cluster: { ca: "", network: {} },
    token: "secret",
    worstCaseMs: 100,
    signal: new AbortController().signal,
  } as unknown as AttemptContext;
  return { context, recorder, started, launched, rolled };
}

const toTheEnd = { op: "upgrade", node: testNode.name } as const;
const once = { ...toTheEnd, to: "next" } as const;
const noRest = async (): Promise<void> => undefined;

function earlierOf(recording: Recording): readonly (string | undefined)[] {
  const spawned = eventsOf(recording, "engine").filter(({ state }) => state === "spawned");
  return spawned.map((event) => event.earlierVersion);
}

describe("startEngine", () => {
  it("starts no engine twice: neither while it is being started nor while it runs", async () => {
    const { context, recorder, started } = await nodeWith(["v1"]);
    await Promise.all([startEngine(context, testNode.name), startEngine(context, testNode.name)]);
    await startEngine(context, testNode.name);
    expect(started).toEqual(["/engines/x-v1"]);
    const states = eventsOf(recorder.recording(), "engine").map(({ state }) => state);
    expect(states).toEqual(["spawned", "ready"]);
  });
});

describe("upgradeEngine", () => {
  it("goes by every version on the way, each by its own program, and lets those in between do their work", async () => {
    const { context, recorder, started, launched } = await nodeWith(["v1", "v2", "v3"]);
    let rests = 0;
    await startEngine(context, testNode.name);
    await upgradeEngine(context, toTheEnd, async () => void (rests += 1));
    expect(started).toEqual(["/engines/x-v1", "/engines/x-v2", "/engines/x-v3"]);
    expect(launched).toEqual(started.map((path) => `${path.slice(-2)} ${path}`));
    expect(rests).toBe(1);
    expect(earlierOf(recorder.recording())).toEqual(["v1", "v2", undefined]);
    const ended = eventsOf(recorder.recording(), "engine").filter(({ state }) => state === "terminating");
    expect(ended).toHaveLength(2);
  });

  it("rolls a pod out to every version on the way: kubelet ends the one before", async () => {
    const { context, recorder, started, rolled } = await nodeWith(["v1", "v2", "v3"], { hasKubelet: true });
    await startEngine(context, testNode.name);
    await upgradeEngine(context, toTheEnd, noRest);
    expect(rolled).toEqual(["/engines/x-v2", "/engines/x-v3"]);
    expect(started).toEqual(["/engines/x-v1", ...rolled]);
    const states = eventsOf(recorder.recording(), "engine").map(({ state }) => state);
    expect(states.filter((state) => state === "terminating" || state === "exited")).toEqual([
      "terminating",
      "exited",
      "terminating",
      "exited",
    ]);
  });

  it("goes one version at a time where asked, and does nothing at the end of the way", async () => {
    const { context, recorder, started } = await nodeWith(["v1", "v2", "v3"]);
    await startEngine(context, testNode.name);
    await upgradeEngine(context, once, noRest);
    expect(started).toEqual(["/engines/x-v1", "/engines/x-v2"]);
    await upgradeEngine(context, once, noRest);
    await upgradeEngine(context, once, noRest);
    await upgradeEngine(context, toTheEnd, noRest);
    expect(earlierOf(recorder.recording())).toEqual(["v1", "v2", undefined]);
  });

  it("only starts the version under test, once, where nothing was to be before it", async () => {
    const { context, recorder, started } = await nodeWith(["v3"], { isFresh: true });
    await upgradeEngine(context, once, noRest);
    await upgradeEngine(context, toTheEnd, noRest);
    expect(started).toEqual(["/engines/x-v3"]);
    expect(eventsOf(recorder.recording(), "engine").map(({ state }) => state)).toEqual(["spawned", "ready"]);
  });
});

describe("downgradeEngine", () => {
  it("goes back one version, from which an upgrade leads to the version under test again", async () => {
    const { context, recorder, started } = await nodeWith(["v1", "v2", "v3"]);
    await startEngine(context, testNode.name);
    await upgradeEngine(context, toTheEnd, noRest);
    await downgradeEngine(context, testNode.name);
    await upgradeEngine(context, toTheEnd, noRest);
    expect(started.map((path) => path.slice(-2))).toEqual(["v1", "v2", "v3", "v2", "v3"]);
    expect(earlierOf(recorder.recording())).toEqual(["v1", "v2", undefined, "v2", undefined]);
  });

  it("leaves a fresh node as it is", async () => {
    const { context, started } = await nodeWith(["v3"], { isFresh: true });
    await upgradeEngine(context, toTheEnd, noRest);
    await downgradeEngine(context, testNode.name);
    expect(started).toEqual(["/engines/x-v3"]);
  });
});
