import { expect, test } from "vitest";
import type { FaultAction } from "../model/fault.ts";
import type { ClusterNode } from "../node/node.ts";
import type { NodeKubelet } from "../node/kubelet.ts";
import { faults } from "./all.ts";
import type { EngineHandle, Fault, FaultTarget } from "./fault.ts";

interface World {
  /** What was done, in order. */
  readonly log: string[];
  readonly target: FaultTarget;
}

interface Given {
  /** What is asked for does not end the engine. */
  readonly survives?: boolean;
  /** Somebody else starts the container though kubelet is stopped. */
  readonly comesBack?: boolean;
  readonly waitingFor?: string;
  readonly hasKubelet?: boolean;
}

/** A node whose kubelet and engine do what they are told, but for what is given. */
function world({ survives = false, comesBack = false, waitingFor, hasKubelet = true }: Given = {}): World {
  const log: string[] = [];
  let isEngineUp = true;
  let isKubeletUp = true;
  const kubelet: NodeKubelet = {
    deletePod: async (grace) => {
      log.push(`delete pod, ${grace} s`);
      return "engine-1";
    },
    roll: async () => {
      log.push("roll");
      return "revision 1 in place of pod engine-1";
    },
    rollTo: async (program) => void log.push(`roll to ${program}`),
    stop: async () => {
      log.push("stop kubelet");
      isKubeletUp = false;
    },
    start: async () => {
      log.push("start kubelet");
      isKubeletUp = true;
    },
    isRunning: async () => isKubeletUp,
    isContainerUp: async () => isKubeletUp || comesBack,
    removeImage: async () => {
      log.push("remove image");
      return "docker.io/x/engine:1";
    },
    restoreImage: async () => void log.push("restore image"),
    waitingFor: async () => waitingFor,
    restartNode: async () => {
      log.push("restart node");
      return "network namespace 2 in place of 1";
    },
  };
  const engine: Pick<EngineHandle, "isRunning" | "endBy" | "kill" | "start"> = {
    isRunning: () => isEngineUp,
    endBy: async (how, end) => {
      log.push(how);
      await end();
      isEngineUp = survives;
      return !survives;
    },
    kill: async () => {
      log.push("kill");
      isEngineUp = false;
    },
    start: async () => {
      log.push("start engine");
      isEngineUp = true;
    },
  };
  const ref = { name: "n1", ipv4: "192.0.2.1", ipv6: "2001:db8::1" };
  const node = { ref, ...(hasKubelet ? { kubelet } : {}) } as unknown as ClusterNode;
  const signal = new AbortController().signal;
  const furnishAgain = async (): Promise<void> => void log.push("furnish again");
  const target = { node, engine, furnishAgain, biteWithinMs: 60, signal } as unknown as FaultTarget;
  return { log, target };
}

async function strike(action: FaultAction, { target }: World): Promise<string | undefined> {
  const fault = faults[action.kind] as unknown as Fault;
  const injected = await fault.inject(action, target);
  const evidence = await injected.bitten;
  await injected[Symbol.asyncDispose]();
  await injected[Symbol.asyncDispose]();
  return evidence;
}

const actions: readonly FaultAction[] = [
  { kind: "pod-deleted", graceSeconds: 0 },
  { kind: "daemon-set-rolled" },
  { kind: "kubelet-stopped" },
  { kind: "image-missing" },
  { kind: "node-restarted" },
];

test.each(actions)("$kind is refused where no kubelet is: it never passes by", async (action) => {
  await expect(strike(action, world({ hasKubelet: false }))).rejects.toThrow(/\[sandbox\/lacks\]/);
});

test("a pod is deleted with the grace that is asked for, and the next one is let go", async () => {
  for (const [graceSeconds, how] of [
    [0, "killed"],
    [30, "terminating"],
  ] as const) {
    const given = world();
    expect(await strike({ kind: "pod-deleted", graceSeconds }, given)).toBe(
      `pod engine-1 is deleted with ${graceSeconds} s of grace: the engine is gone`,
    );
    expect(given.log).toEqual([how, `delete pod, ${graceSeconds} s`, "start engine"]);
  }
});

test("a deletion, or a rollout, by which the engine does not end has not bitten", async () => {
  expect(await strike({ kind: "pod-deleted", graceSeconds: 0 }, world({ survives: true }))).toBeUndefined();
  expect(await strike({ kind: "daemon-set-rolled" }, world({ survives: true }))).toBeUndefined();
});

test("a rollout says which revision", async () => {
  expect(await strike({ kind: "daemon-set-rolled" }, world())).toContain("rolled to revision 1");
});

test("without kubelet the container stays away, and comes back with it", async () => {
  const given = world();
  expect(await strike({ kind: "kubelet-stopped" }, given)).toContain("did not come back");
  expect(given.log).toEqual(["stop kubelet", "kill", "start kubelet", "start engine"]);
});

test("a container that somebody starts all the same has not been bitten", async () => {
  expect(await strike({ kind: "kubelet-stopped" }, world({ comesBack: true }))).toBeUndefined();
});

test("a pod that waits for its image is bitten, one that is only being made is not", async () => {
  const given = world({ waitingFor: "ErrImageNeverPull" });
  expect(await strike({ kind: "image-missing" }, given)).toContain("ErrImageNeverPull");
  expect(given.log).toEqual(["remove image", "killed", "delete pod, 0 s", "restore image", "start engine"]);
  expect(await strike({ kind: "image-missing" }, world({ waitingFor: "ContainerCreating" }))).toBeUndefined();
});

test("a node that is restarted is furnished again before its engine comes", async () => {
  const given = world();
  expect(await strike({ kind: "node-restarted" }, given)).toBe(
    "restarted, with network namespace 2 in place of 1: the kernel state and the engine are gone",
  );
  expect(given.log).toEqual(["killed", "restart node", "furnish again", "start engine"]);
  expect(await strike({ kind: "node-restarted" }, world({ survives: true }))).toBeUndefined();
});
