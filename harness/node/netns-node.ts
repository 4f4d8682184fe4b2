import { rm } from "node:fs/promises";
import { release } from "node:os";
import { podNamespace } from "../cluster/sandbox/node-network.ts";
import type { NodeRef } from "../model/scenario.ts";
import { startAgent } from "./agent/agent.ts";
import { iptablesBackend } from "./iptables-backend.ts";
import { createDumpShell } from "./dump-shell.ts";
import { createNodeBody, defaultTimeoutMs } from "./node-body.ts";
import { createNodeGateway } from "./node-gateway.ts";
import { createNodePackets } from "./node-packets.ts";
import type { ClusterNode } from "./node.ts";
import { createSnapshots } from "./take-snapshot.ts";

export interface NetnsNodeOptions {
  readonly ref: NodeRef;
  /** Host directory of this node's files; made here, removed with the node. */
  readonly directory: string;
  /** Where relays lead. */
  readonly gateway: string;
  /** What it calls its interface to the cluster; `eth0` where absent. */
  readonly interface?: string;
}

/** Every such node has the tools of this machine: asked until one has answered. */
let backend: Awaited<ReturnType<typeof iptablesBackend>> | undefined;

/**
 * A node that is a network namespace, new and with nothing in its tables.
 *
 * @throws {HarnessError} `node/agent-failed` when a helper in its namespaces does not come up
 */
export async function startNetnsNode(options: NetnsNodeOptions): Promise<ClusterNode> {
  const { ref, directory, gateway } = options;
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  const { xtablesLock, ...body } = await createNodeBody(ref.name, directory);
  const [node, pods] = await Promise.all([startAgent(ref.name), startAgent(podNamespace(ref))]);
  undo.use(node);
  undo.use(pods);
  const shell = undo.use(createDumpShell(ref.name, defaultTimeoutMs));
  backend ??= await iptablesBackend(body.exec);
  const kernel = { name: `Linux ${release()}`, kind: "host", ...backend } as const;
  const owned = undo.move();
  return {
    ref,
    kernel,
    ...(options.interface === undefined ? {} : { interface: options.interface }),
    ...body,
    ...createNodePackets({ ref, gateway, node, pods }),
    ...createNodeGateway(ref.name, directory, xtablesLock),
    snapshot: createSnapshots(() => shell.dump()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
