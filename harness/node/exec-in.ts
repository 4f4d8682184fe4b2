import { run } from "../process/run.ts";
import type { ClusterNode } from "./node.ts";

/**
 * Runs commands of this machine in the network namespace `/run/netns/<namespace>`.
 *
 * @param lock - file that they lock before they change legacy tables
 */
export function execIn(namespace: string, lock: string, timeoutMs: number): ClusterNode["exec"] {
  return (argv, { input, allowFailure } = {}) =>
    run(["nsenter", `--net=/run/netns/${namespace}`, "--", ...argv], {
      timeoutMs,
      env: { XTABLES_LOCKFILE: lock },
      ...(input === undefined ? {} : { input }),
      ...(allowFailure === undefined ? {} : { allowFailure }),
    });
}
