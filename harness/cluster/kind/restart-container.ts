import { readlink } from "node:fs/promises";
import { HarnessError } from "../../errors/harness-error.ts";
import { run } from "../../process/run.ts";
import type { RunTool } from "./docker.ts";
import { inspectNodes, type KindNode } from "./kind-node.ts";

/** docker itself is slow on a busy machine. */
const restartTimeoutMs = 120_000;
/** `ip` changes a mount and a file; it waits for nobody. */
const namespaceTimeoutMs = 10_000;

/** Takes the name away that `attachNamespace` gave. */
export async function detachNamespace({ name }: Pick<KindNode, "name">): Promise<void> {
  await run(["ip", "netns", "delete", name], { timeoutMs: namespaceTimeoutMs, allowFailure: true });
}

/** Lets `ip netns` and all that goes by names of network namespaces find the container's. */
export async function attachNamespace({ name, pid }: Pick<KindNode, "name" | "pid">): Promise<void> {
  await run(["ip", "netns", "attach", name, String(pid)], { timeoutMs: namespaceTimeoutMs });
}

function namespaceOf({ pid }: Pick<KindNode, "pid">): Promise<string> {
  return readlink(`/proc/${pid}/ns/net`);
}

/**
 * Restarts the container of a node without a signal to anybody in it, and notes its first program, which is another then.
 *
 * @returns which network namespace it has in place of which, for people
 * @throws {HarnessError} `kind/restart-failed` where it has another address: neither its API server nor its certificates have that
 */
export async function restartContainer(
  node: KindNode,
  runTool: RunTool,
  networkOf: typeof namespaceOf = namespaceOf,
): Promise<string> {
  const before = await networkOf(node);
  // No time between its stop signal and SIGKILL.
  await runTool(["docker", "restart", "-t", "0", node.name], { timeoutMs: restartTimeoutMs });
  const [now] = await inspectNodes([node.name], runTool);
  if (now === undefined || now.pid === 0 || now.ipv4 !== node.ipv4 || now.ipv6 !== node.ipv6) {
    const seen =
      now === undefined ? "no node" : `pid ${now.pid}, addresses ${now.ipv4 || "none"} ${now.ipv6 || "none"}`;
    throw new HarnessError(
      "kind/restart-failed",
      `node ${node.name} was restarted and is not what it was: it had the addresses ${node.ipv4} ${node.ipv6}.\nSaw: ${seen}\nFix: \`docker logs ${node.name}\` and \`docker network inspect\` say more, with --keep.`,
    );
  }
  node.pid = now.pid;
  return `network namespace ${await networkOf(node)} in place of ${before}`;
}
