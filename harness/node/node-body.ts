import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeEngineFiles } from "./engine-files.ts";
import { startEngineProcess } from "./engine-process.ts";
import type { Isolation } from "./isolate.ts";
import type { ClusterNode, EngineImage, EngineStart } from "./node.ts";
import { createToolShims, shimHome, type ToolShims } from "./tool-shim.ts";
import { holdXtablesLock } from "./xtables-holder.ts";
import { execIn } from "./exec-in.ts";

/** How long a command may take, in ms. */
export const defaultTimeoutMs = 60_000;

/** What a node does with processes of its own kernel: commands, the engine, its files, its tools. */
export interface NodeBody
  extends Pick<ClusterNode, "exec" | "startEngine" | "writeEngineFiles" | "tools" | "holdXtablesLock"> {
  /** File that all who change the node's legacy tables lock. */
  readonly xtablesLock: string;
}

/** The same start with the shims first in its PATH. */
async function behindShims(start: EngineStart, shims: ToolShims): Promise<EngineStart> {
  await shims.prepare();
  for (const order of start.toolOrders ?? []) await shims.give(order);
  const path = start.env["PATH"] ?? process.env["PATH"] ?? "";
  return { ...start, env: { ...start.env, PATH: `${shimHome}/bin:${path}` } };
}

/** An image without what the adapter says of the environment otherwise. */
function imageOf({ root, env }: EngineImage, own: EngineStart["env"]): NonNullable<Isolation["image"]> {
  return { root, env: Object.fromEntries(Object.entries(env).filter(([name]) => !(name in own))) };
}

/**
 * The body of a node whose network namespace is `/run/netns/<namespace>` of the kernel that this process runs on.
 *
 * @param directory - holds the node's files; made here
 * @param execTimeoutMs - how long a command may take; default: a minute
 */
export async function createNodeBody(
  namespace: string,
  directory: string,
  execTimeoutMs: number = defaultTimeoutMs,
): Promise<NodeBody> {
  const home = join(directory, "home");
  const besideHome = join(directory, "beside");
  const lock = join(directory, "xtables.lock");
  await mkdir(home, { recursive: true });
  await writeFile(lock, "");
  const shims = createToolShims(join(directory, "tools"));
  return {
    xtablesLock: lock,
    tools: shims,
    writeEngineFiles: (files) => writeEngineFiles(home, files),
    holdXtablesLock: () => holdXtablesLock(lock),
    exec: execIn(namespace, lock, execTimeoutMs),
    async startEngine(start) {
      const isShimmed = start.toolOrders !== undefined;
      // A shim calls the tool of this machine by its path, with the shell of this machine.
      if (isShimmed && start.image !== undefined)
        throw new Error(
          "no shim can stand in front of the tools of an image; give the program itself instead",
        );
      if (start.beside !== undefined) {
        await mkdir(besideHome, { recursive: true });
        await writeEngineFiles(besideHome, start.beside.files);
      }
      const ownHome = start.beside === undefined ? home : besideHome;
      const { serviceAccountFiles } = start;
      return startEngineProcess(
        {
          namespace,
          hostname: start.hostname,
          home: ownHome,
          ...(serviceAccountFiles === undefined
            ? {}
            : { serviceAccount: join(ownHome, serviceAccountFiles) }),
          xtablesLock: lock,
          program: start.program,
          readable: start.readable,
          hidden: start.hidden,
          ...(isShimmed ? { tools: shims.directory } : {}),
          ...(start.image === undefined ? {} : { image: imageOf(start.image, start.env) }),
        },
        isShimmed ? await behindShims(start, shims) : start,
        join(directory, start.beside === undefined ? "trace" : "trace-beside"),
      );
    },
  };
}
