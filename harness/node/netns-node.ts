import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { podNamespace } from "../cluster/sandbox/node-network.ts";
import { HarnessError } from "../errors/harness-error.ts";
import type { NodeRef } from "../model/scenario.ts";
import type { StateItem } from "../model/state.ts";
import { run } from "../process/run.ts";
import { parseDump, renderDumpScript } from "../state/dump.ts";
import { runInGateway } from "./gateway-exec.ts";
import { type GatewayRoot, layOutGateway } from "./gateway-root.ts";
import { type NetworkAgent, startAgent } from "./agent/agent.ts";
import { startEngineProcess } from "./engine-process.ts";
import type { ClusterNode, EngineStart } from "./node.ts";
import { createToolShims, shimHome, type ToolShims } from "./tool-shim.ts";

export interface NetnsNodeOptions {
  readonly ref: NodeRef;
  /** Host directory of this node's files; made here, removed with the node. */
  readonly directory: string;
  /** Where relays lead. */
  readonly gateway: string;
}

const execTimeoutMs = 60_000;

interface Parts {
  readonly options: NetnsNodeOptions;
  readonly node: NetworkAgent;
  readonly pods: NetworkAgent;
  readonly home: string;
  readonly lock: string;
}

type Packets = Pick<
  ClusterNode,
  "relay" | "addPod" | "answer" | "sendFromPod" | "connect" | "connectFromPod" | "startProbes" | "stopProbes"
>;

/** What the two helpers of a node do: one in its own namespace, one in that of its pods. */
function createPackets({ options, node, pods }: Parts): Packets {
  const { ref, gateway } = options;
  const answering = new Set<string>();
  return {
    async relay(port, toPort) {
      for (const host of [ref.ipv4, ref.ipv6]) {
        await node.ask({ do: "relay", host, port, toHost: gateway, toPort });
      }
    },
    async addPod(address) {
      const length = address.includes(":") ? "128" : "32";
      const nodad = address.includes(":") ? ["nodad"] : [];
      const add = [
        "ip",
        "-n",
        podNamespace(ref),
        "addr",
        "replace",
        `${address}/${length}`,
        "dev",
        "eth0",
        ...nodad,
      ] as const;
      await run([...add], { timeoutMs: execTimeoutMs });
    },
    async answer(address, port) {
      const key = `${address} ${port}`;
      if (answering.has(key)) return;
      answering.add(key);
      await pods.ask({ do: "answer", address, port });
    },
    async sendFromPod(pod, to, port, payload) {
      await pods.ask({ do: "send", from: pod, to, port, payload });
    },
    async connect(host, port, timeoutMs) {
      return (await node.ask({ do: "connect", host, port, timeoutMs })) ?? "";
    },
    async connectFromPod(from, host, port, timeoutMs) {
      return (await pods.ask({ do: "connect", from, host, port, timeoutMs })) ?? "";
    },
    async startProbes(urls, ca, everyMs, report) {
      node.onProbe(report);
      pods.onProbe(report);
      for (const url of urls) {
        await node.ask({ do: "probe", from: `node ${ref.name}`, url, ca, everyMs });
        await pods.ask({ do: "probe", from: `pod on ${ref.name}`, url, ca, everyMs });
      }
    },
    async stopProbes() {
      await Promise.all([node.ask({ do: "stop-probes" }), pods.ask({ do: "stop-probes" })]);
    },
  };
}

/** A dump that meets a write can fail (`ip` says that it was interrupted): that often it is taken again. */
const snapshotTries = 3;

async function takeSnapshot(
  name: string,
  inNode: readonly [string, ...string[]],
): Promise<readonly StateItem[]> {
  for (let left = snapshotTries - 1; ; left--) {
    const dump = await run([...inNode, "sh", "-c", renderDumpScript()], {
      timeoutMs: execTimeoutMs,
      allowFailure: true,
    });
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

/** The pod of a gateway on the node: at most one at a time. */
function createGateway(
  { ref, directory }: NetnsNodeOptions,
  xtablesLock: string,
): Pick<ClusterNode, "openGateway" | "execInGateway"> {
  let root: GatewayRoot | undefined;
  let execs = 0;
  return {
    async openGateway(pod, readable) {
      root = await layOutGateway(join(directory, "gateway"), pod, { xtablesLock, readable });
    },
    async execInGateway(command) {
      if (root === undefined) throw new Error(`no gateway was opened on ${ref.name}`);
      execs += 1;
      const tracePath = join(directory, `gateway-trace-${execs}`);
      return runInGateway({ namespace: ref.name, root, tracePath }, command);
    },
  };
}

/** The same start with the shims first in its PATH. */
async function behindShims(start: EngineStart, shims: ToolShims): Promise<EngineStart> {
  await shims.prepare();
  for (const order of start.toolOrders ?? []) await shims.give(order);
  const path = start.env["PATH"] ?? process.env["PATH"] ?? "";
  return { ...start, env: { ...start.env, PATH: `${shimHome}/bin:${path}` } };
}

/**
 * A node that is a network namespace, new and with nothing in its tables.
 *
 * @throws {HarnessError} `node/agent-failed` when a helper in its namespaces does not come up
 */
export async function startNetnsNode(options: NetnsNodeOptions): Promise<ClusterNode> {
  const { ref, directory } = options;
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  const home = join(directory, "home");
  const lock = join(directory, "xtables.lock");
  await mkdir(home, { recursive: true });
  await writeFile(lock, "");
  const [node, pods] = await Promise.all([startAgent(ref.name), startAgent(podNamespace(ref))]);
  undo.use(node);
  undo.use(pods);
  const inNode = ["nsenter", `--net=/run/netns/${ref.name}`, "--"] as const;
  const shims = createToolShims(join(directory, "tools"));
  const owned = undo.move();
  return {
    ref,
    home,
    xtablesLock: lock,
    tools: shims,
    ...createPackets({ options, node, pods, home, lock }),
    exec: (argv, { input, allowFailure } = {}) =>
      run([...inNode, ...argv], {
        timeoutMs: execTimeoutMs,
        env: { XTABLES_LOCKFILE: lock },
        ...(input === undefined ? {} : { input }),
        ...(allowFailure === undefined ? {} : { allowFailure }),
      }),
    async startEngine(start) {
      const isShimmed = start.toolOrders !== undefined;
      return startEngineProcess(
        {
          namespace: ref.name,
          hostname: start.hostname,
          home,
          xtablesLock: lock,
          program: start.program,
          readable: start.readable,
          hidden: start.hidden,
          ...(isShimmed ? { tools: shims.directory } : {}),
        },
        isShimmed ? await behindShims(start, shims) : start,
        join(directory, "trace"),
      );
    },
    ...createGateway(options, lock),
    snapshot: () => takeSnapshot(ref.name, inNode),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
