import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem } from "../model/state.ts";
import { parseDump, renderDumpScript } from "../state/dump.ts";
import type { ClusterNode } from "./node.ts";

/** A dump that meets a write can fail (`ip` says that it was interrupted): that often it is taken again. */
const snapshotTries = 3;

/**
 * The canonical state of a node, by what its own tools say.
 *
 * @throws {HarnessError} `state/*` where a tool could not tell, three times in a row
 */
export async function takeSnapshot(name: string, exec: ClusterNode["exec"]): Promise<readonly StateItem[]> {
  for (let left = snapshotTries - 1; ; left--) {
    const dump = await exec(["sh", "-c", renderDumpScript()], { allowFailure: true });
    try {
      if (dump.exitCode === 0) return parseDump(dump.stdout);
      throw new HarnessError(
        "state/tool-failed",
        `the dump script of ${name} exited with ${dump.exitCode}.\nSaw: ${dump.stderr.slice(-500)}`,
      );
    } catch (thrown) {
      const mayPass = thrown instanceof HarnessError && thrown.code === "state/tool-failed";
      if (!mayPass || left <= 0) throw thrown;
    }
  }
}
