import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runInGateway } from "./gateway-exec.ts";
import { type GatewayRoot, layOutGateway } from "./gateway-root.ts";
import type { ClusterNode } from "./node.ts";

/** What a node has for a gateway on it. */
type GatewayPart = Pick<ClusterNode, "openSurroundings" | "openGateway" | "execInGateway">;

/**
 * The pod of a gateway on a node that is a namespace of this kernel: at most one at a time.
 *
 * @param namespace - the node's, a name in /run/netns
 * @param directory - holds the node's files
 * @param xtablesLock - file that all who change the node's legacy tables lock
 */
export function createNodeGateway(namespace: string, directory: string, xtablesLock: string): GatewayPart {
  let root: GatewayRoot | undefined;
  let execs = 0;
  return {
    async openSurroundings() {
      const surroundings = join(directory, "surroundings");
      await mkdir(surroundings, { recursive: true });
      return surroundings;
    },
    async openGateway(pod, readable) {
      root = await layOutGateway(join(directory, "gateway"), pod, { xtablesLock, readable });
    },
    async execInGateway(command) {
      if (root === undefined) throw new Error(`no gateway was opened on ${namespace}`);
      execs += 1;
      const tracePath = join(directory, `gateway-trace-${execs}`);
      return runInGateway({ namespace, root, tracePath }, command);
    },
  };
}
