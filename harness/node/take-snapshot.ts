import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem } from "../model/state.ts";
import { parseDump, renderDumpScript } from "../state/dump.ts";
import { createDumpMemory } from "../state/dump-memory.ts";
import type { ClusterNode } from "./node.ts";

/** A dump that meets a write can fail (`ip` says that it was interrupted): that often it is taken again. */
const snapshotTries = 3;

/** The output of `renderDumpScript()` on a node, by a shell that is started for it. */
export function dumpBy(name: string, exec: ClusterNode["exec"]): () => Promise<string> {
  return async () => {
    const dump = await exec(["sh", "-c", renderDumpScript()], { allowFailure: true });
    if (dump.exitCode === 0) return dump.stdout;
    throw new HarnessError(
      "state/tool-failed",
      `the dump script of ${name} exited with ${dump.exitCode}.\nSaw: ${dump.stderr.slice(-500)}`,
    );
  };
}

/**
 * Gives the canonical state of a node each time, by what its own tools say.
 *
 * @param dump - gives the output of `renderDumpScript()`
 * @returns rejects with {HarnessError} `state/*` where a tool could not tell, three times in a row
 */
export function createSnapshots(dump: () => Promise<string>): () => Promise<readonly StateItem[]> {
  const memory = createDumpMemory();
  return async () => {
    for (let left = snapshotTries - 1; ; left--) {
      try {
        return parseDump(await dump(), memory);
      } catch (thrown) {
        const mayPass = thrown instanceof HarnessError && thrown.code === "state/tool-failed";
        if (!mayPass || left <= 0) throw thrown;
      }
    }
  };
}
