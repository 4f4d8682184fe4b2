import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import { writeEngineFiles } from "../engine-files.ts";
import type { NodeBody } from "../node-body.ts";
import type { ClusterNode } from "../node.ts";
import { holdXtablesLock } from "../xtables-holder.ts";
import { type EnginePods, startEnginePod } from "./engine-pod.ts";
import { givePodTools } from "./pod-tools.ts";
import { execIn } from "../exec-in.ts";

export interface ContainerBodyOptions {
  /** Network namespace of the container, a name in /run/netns. */
  readonly namespace: string;
  /** Of the container's first program, on this machine, as it is now: another once the container was restarted. */
  readonly pid: () => number;
  /** How the pod of the engine with that program comes and goes on this node. */
  readonly podsOf: (program: string) => EnginePods;
}

/** Of the node's files: the harness writes it, the engine's pod mounts it. */
export const engineFolder = "/var/lib/leakproof/engine";

const execTimeoutMs = 60_000;

function unsupported(what: string): HarnessError {
  return new HarnessError(
    "kind/lacks",
    `${what} is not to be had on a node that is a container.\nFix: run this in the sandbox: leave --provider out.`,
  );
}

/** What a node that is a container does with processes: commands by its network namespace, the engine as a pod. */
export async function createContainerBody(
  options: ContainerBodyOptions,
): Promise<Omit<NodeBody, "xtablesLock">> {
  const { namespace, pid, podsOf } = options;
  const inRoot = (...path: readonly string[]): string => join(`/proc/${pid()}/root`, ...path);
  const home = (): string => inRoot(engineFolder, "home");
  const lock = (): string => inRoot("run", "xtables.lock");
  await mkdir(home(), { recursive: true });
  await givePodTools(inRoot(engineFolder));
  const noTools: ClusterNode["tools"] = {
    give: async () => {
      throw unsupported("an order to the engine's tools");
    },
    withdraw: async () => undefined,
    bites: async () => [],
  };
  return {
    tools: noTools,
    writeEngineFiles: (files) => writeEngineFiles(home(), files),
    holdXtablesLock: () => holdXtablesLock(lock()),
    exec: (argv, more) => execIn(namespace, lock(), execTimeoutMs)(argv, more),
    async startEngine(start) {
      if (start.beside !== undefined) throw unsupported("another engine beside the one under test");
      if (start.toolOrders !== undefined) throw unsupported("an order to the engine's tools");
      return await startEnginePod({
        start,
        folder: inRoot(engineFolder),
        nodePid: pid(),
        pods: podsOf(start.program),
      });
    },
  };
}
