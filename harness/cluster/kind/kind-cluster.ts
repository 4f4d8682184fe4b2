import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError, toHarnessError } from "../../errors/harness-error.ts";
import type { RunTool } from "./docker.ts";
import { containersOf, type KindNode, listKindNodes } from "./kind-node.ts";
import { type LoadableImage, loadOnNode, type LoadTiming } from "./load.ts";
import { connectPods, untilReady } from "./ready.ts";
import { createClusterNetwork, removeClusterNetwork } from "./run-network.ts";
import { renderKindConfig, type Topology } from "./topology.ts";

/** What clusters of one run share. */
export interface KindHost {
  /** Path of kind. */
  readonly kind: string;
  readonly runId: string;
  /** Reference of the node image, which docker has. */
  readonly image: string;
  readonly isCgroupV1: boolean;
  readonly runTool: RunTool;
  /** Waits for a turn: so many clusters are created at once. */
  readonly inTurn: <T>(create: () => Promise<T>) => Promise<T>;
  /** A port of the loopback interface that nobody has, below the ephemeral range. */
  readonly freePort: () => Promise<number>;
  /** What stands in the clusters' networks and is none of their nodes. */
  readonly registry?: { leave(network: string): Promise<void> };
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface KindClusterSpec {
  /** Unique on this machine; its docker network has it too. */
  readonly name: string;
  readonly topology: Topology;
  /** Gets the cluster's kubeconfig, its configuration, and the logs of what did not come up. */
  readonly directory: string;
}

/** How long things took, in ms. */
interface KindTimings {
  /** From the command to the last node being Ready, of the try that succeeded. */
  readonly createMs: number;
  readonly kindMs: number;
  readonly readyMs: number;
  readonly tries: number;
  readonly loads: readonly LoadTiming[];
}

/** A cluster of kind through its life. Disposing it deletes it, at whatever point that was. */
export interface KindCluster extends AsyncDisposable {
  readonly name: string;
  /** Path of its own kubeconfig: one that is shared is locked by each delete. */
  readonly kubeconfig: string;
  /** Empty before it is up. */
  nodes(): readonly KindNode[];
  timings(): KindTimings;
  /**
   * Creates it and waits until all its nodes are Ready. What does not come up is deleted, its logs exported
   * before, and tried once more.
   *
   * @throws {HarnessError} `kind/create-failed`
   */
  start(): Promise<void>;
  /**
   * Joins the pods of the nodes again, where a restart has taken routes away, and waits until all nodes are Ready.
   *
   * @throws {HarnessError} `wait/timed-out`
   */
  rejoin(signal: AbortSignal): Promise<void>;
  /**
   * Brings an image to every node, one after the other.
   *
   * @throws {HarnessError} `kind/load-too-early` before `start` has resolved; `kind/load-failed`
   */
  load(image: LoadableImage): Promise<void>;
}

const createTimeoutMs = 600_000;
const readyTimeoutMs = 240_000;
const deleteTimeoutMs = 120_000;
const exportTimeoutMs = 120_000;
const triesToCreate = 2;

interface Parts {
  readonly host: KindHost;
  readonly spec: KindClusterSpec;
  readonly kubeconfig: string;
  /** Aborted with the run, or with this cluster alone. */
  readonly signal: AbortSignal;
}

/** kind ends with this process, however that dies: it would go on making what nobody deletes. */
const withParent = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/** kind's environment: without it all clusters of this machine would be in one network. */
function environment({ name }: KindClusterSpec): Readonly<Record<string, string>> {
  return { KIND_EXPERIMENTAL_DOCKER_NETWORK: name };
}

/** kind's own words; it says what it does on stderr, with a line a step. */
async function runKind(
  { host, spec, kubeconfig, signal }: Parts,
  args: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const words = [host.kind, ...args, "--name", spec.name, "--kubeconfig", kubeconfig];
  await host.runTool([...withParent, ...words], { timeoutMs, env: environment(spec), signal });
}

/**
 * Deletes a cluster, half made ones too.
 *
 * @throws {HarnessError} `run/residue` where containers of it are left
 */
async function deleteCluster({ host, spec, kubeconfig }: Parts): Promise<void> {
  const argv = [host.kind, "delete", "cluster", "--name", spec.name, "--kubeconfig", kubeconfig] as const;
  // Not with the run's signal: what was made goes, however the run ends.
  const deleted = await host.runTool(argv, {
    timeoutMs: deleteTimeoutMs,
    env: environment(spec),
    allowFailure: true,
  });
  const left = await containersOf(spec.name, host.runTool);
  await host.registry?.leave(spec.name);
  if (left.length === 0) return removeClusterNetwork(spec.name, host.runTool);
  throw new HarnessError(
    "run/residue",
    `cluster ${spec.name} was deleted and its containers are there: ${left.join(", ")}.\nSaw: ${deleted.stderr.trim().slice(-500)}\nFix: docker rm --force --volumes ${left.join(" ")}`,
  );
}

/** @returns the folder; undefined where kind could not even do that, or not in time */
async function exportLogs({ host, spec }: Parts, tries: number): Promise<string | undefined> {
  const folder = join(spec.directory, `logs-${tries}`);
  const argv = [host.kind, "export", "logs", folder, "--name", spec.name] as const;
  // Logs that cannot be had must not hide why they were wanted.
  const exported = await host
    .runTool(argv, { timeoutMs: exportTimeoutMs, env: environment(spec) })
    .catch(() => undefined);
  return exported === undefined ? undefined : folder;
}

async function createOnce(
  parts: Parts,
): Promise<{ readonly nodes: readonly KindNode[]; readonly kindMs: number; readonly readyMs: number }> {
  const { host, spec, signal } = parts;
  const { runTool } = host;
  const began = performance.now();
  const config = join(spec.directory, "kind.yaml");
  const apiPort = await host.freePort();
  await writeFile(config, renderKindConfig(spec.topology, { apiPort, isCgroupV1: host.isCgroupV1 }));
  await createClusterNetwork(spec.name, host.runId, runTool);
  // --retain: the logs of what does not come up are to be had.
  const args = ["create", "cluster", "--config", config, "--image", host.image, "--retain"];
  await runKind(parts, args, createTimeoutMs);
  const kindMs = Math.round(performance.now() - began);
  const nodes = await listKindNodes(spec.name, runTool);
  if (nodes.length !== spec.topology.nodes.length)
    throw new Error(`kind made ${nodes.length} of ${spec.topology.nodes.length} nodes`);
  const ready = { runTool, timeoutMs: readyTimeoutMs, signal };
  await connectPods({ topology: spec.topology, nodes }, ready);
  await untilReady({ topology: spec.topology, nodes }, ready);
  return { nodes, kindMs, readyMs: Math.round(performance.now() - began) - kindMs };
}

/** The end of what was said, without the command line and the stack of Go's that kubeadm prints. */
function reasonOf(thrown: unknown): string {
  const { message, cause } = toHarnessError(thrown);
  const stderr =
    typeof cause === "object" && cause !== null && "stderr" in cause ? String(cause.stderr) : message;
  const lines = stderr.split("\n").filter((line) => !/^\t|^[\w.]+\/\S+$|^(?:main|runtime)\.\w+$/.test(line));
  return lines.join("\n").trim().slice(-1500);
}

async function createWithRetry(
  parts: Parts,
): Promise<Awaited<ReturnType<typeof createOnce>> & { tries: number }> {
  const { host, spec, signal } = parts;
  const seen: string[] = [];
  for (let tries = 1; tries <= triesToCreate; tries++) {
    try {
      return { ...(await createOnce(parts)), tries };
    } catch (thrown) {
      // Whoever aborted deletes it too.
      signal.throwIfAborted();
      const logs = await exportLogs(parts, tries);
      await deleteCluster(parts);
      seen.push(`${reasonOf(thrown)}${logs === undefined ? "" : `\n     logs: ${logs}`}`);
      host.report(`cluster ${spec.name} did not come up (${tries} of ${triesToCreate}): ${reasonOf(thrown)}`);
    }
  }
  throw new HarnessError(
    "kind/create-failed",
    `cluster ${spec.name} (${spec.topology.name}) did not come up in ${triesToCreate} tries.\n` +
      `Saw: ${seen.join("\n     ")}\nFix: read the logs; on a busy machine, ask for fewer clusters at once.`,
  );
}

/** A cluster that is not there yet; nothing is run before `start`. */
export function openKindCluster(host: KindHost, spec: KindClusterSpec): KindCluster {
  const kubeconfig = join(spec.directory, "kubeconfig");
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(host.signal === undefined ? [] : [host.signal])]);
  const parts: Parts = { host, spec, kubeconfig, signal };
  let starting: Promise<unknown> = Promise.resolve();
  const loads: LoadTiming[] = [];
  let phase: "planned" | "starting" | "ready" | "gone" = "planned";
  let made: Awaited<ReturnType<typeof createWithRetry>> | undefined;
  return {
    name: spec.name,
    kubeconfig,
    nodes: () => made?.nodes ?? [],
    timings() {
      const { kindMs = 0, readyMs = 0, tries = 0 } = made ?? {};
      return { createMs: kindMs + readyMs, kindMs, readyMs, tries, loads };
    },
    async start() {
      phase = "starting";
      await mkdir(spec.directory, { recursive: true });
      const creating = host.inTurn(async () => {
        signal.throwIfAborted();
        return await createWithRetry(parts);
      });
      starting = creating.catch(() => undefined); // Whoever started it is told.
      made = await creating;
      phase = "ready";
      host.report(
        `cluster ${spec.name} (${spec.topology.name}) is up after ${made.kindMs + made.readyMs} ms`,
      );
    },
    async load(image) {
      if (phase !== "ready" || made === undefined) {
        throw new HarnessError(
          "kind/load-too-early",
          `${image.reference} was to be loaded into ${spec.name} while that is ${phase}: nodes that are not there yet would miss it.`,
        );
      }
      for (const node of made.nodes) loads.push(await loadOnNode(node, image, host.runTool));
    },
    async rejoin(aborted) {
      const { topology } = spec;
      const nodes = made?.nodes ?? [];
      const both = AbortSignal.any([signal, aborted]);
      const ready = { runTool: host.runTool, timeoutMs: readyTimeoutMs, signal: both };
      await connectPods({ topology, nodes }, ready);
      await untilReady({ topology, nodes }, ready);
    },
    async [Symbol.asyncDispose]() {
      if (phase === "planned" || phase === "gone") return;
      phase = "gone";
      stop.abort();
      await starting;
      await deleteCluster(parts);
    },
  };
}
