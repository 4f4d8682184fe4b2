import type { StateItem } from "../model/state.ts";
import type { GatewayPod, ToolOrder } from "../model/engine.ts";
import type { NodeKernel } from "../model/kernel-feature.ts";
import type { NodeRef } from "../model/scenario.ts";
import type { CommandResult } from "../process/run.ts";
import type { ExitStatus } from "../process/start.ts";
import type { TracedWrite } from "../trace/index-writes.ts";
import type { TraceOptions, WriteGate } from "../trace/tracer.ts";
import type { ProbeSample } from "./agent/protocol.ts";
import type { GatewayCommand } from "./gateway-exec.ts";
import type { NodeKubelet } from "./kubelet.ts";
import type { ToolOrders } from "./tool-shim.ts";
import type { XtablesHolder } from "./xtables-holder.ts";

/** An engine's process on a node. */
export interface EngineProcess extends AsyncDisposable {
  /** Never rejects. Everything that it started is gone when it resolves. */
  readonly exited: Promise<ExitStatus>;
  hasExited(): boolean;
  /** Sends a signal to the engine itself, not to what it started. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** SIGKILL to the engine and all that it started, at once. */
  killTree(): Promise<void>;
  /** SIGKILL to the engine itself; what it started goes on to its end, or to `graceMs`. */
  killAlone(graceMs: number): Promise<void>;
  /** SIGSTOP and SIGCONT to the engine and all that it started. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Only where its start asked for it. */
  readonly gate?: WriteGate;
  tail(lines: number): string;
  log(): string;
}

/** An image that an engine is run in, unpacked. */
export interface EngineImage {
  /** Host directory that is the engine's `/`. */
  readonly root: string;
  /** Absolute path of the program in it. */
  readonly program: string;
  /** What the image says of the environment, with a PATH. */
  readonly env: Readonly<Record<string, string>>;
}

export interface EngineStart {
  /** As the engine sees it, see harness/node/isolate.ts. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** Directory in its home that it sees where kubelet mounts the files of a pod's service account, too. */
  readonly serviceAccountFiles?: string;
  /** Host path of the program. */
  readonly program: string;
  /** Where it is run in the root file system of an image, with the tools of that image. */
  readonly image?: EngineImage;
  /** Host paths that it may read even where they lie in a hidden directory. */
  readonly readable: readonly string[];
  readonly hidden: readonly string[];
  readonly onLine: (line: string) => void;
  /** Without the tracer: nothing is heard of its writes. */
  readonly untraced?: true;
  /** Called for each write to network state by the engine or anything that it started. */
  readonly onKernelWrite: (write: TracedWrite) => void;
  /** Where its writers are to be held. */
  readonly gate?: TraceOptions["gate"];
  /** Where it is given, even empty, shims stand in front of the tools of this life; these orders are theirs from now on. */
  readonly toolOrders?: readonly ToolOrder[];
  /** Another engine than the node's own: it has a home of its own, with these files, and a trace of its own. */
  readonly beside?: { readonly files: Readonly<Record<string, string>> };
  /** Calls that fail in this life, as strace's `inject=` has it: `sendmsg:error=EBUSY:when=1`. */
  readonly inject?: string;
}

/** Something that owns kernel network state. */
export interface ClusterNode extends AsyncDisposable {
  readonly ref: NodeRef;
  readonly kernel: NodeKernel;
  /** What it calls its interface to the cluster; `eth0` where absent. */
  readonly interface?: string;
  /** The API has a Node object of it already, which its kubelet keeps. */
  readonly isRegistered?: true;
  /** The API server is reached by this node alone: whoever cuts it off cuts the harness off too. */
  readonly holdsApi?: true;
  /** Only where the engine runs as a pod. */
  readonly kubelet?: NodeKubelet;
  /** Writes files into the engine's home: path relative to it -> content. Readable by nobody else. */
  writeEngineFiles(files: Readonly<Record<string, string>>): Promise<void>;
  /** Takes the lock that all who change the node's legacy tables take. */
  holdXtablesLock(): Promise<XtablesHolder>;
  readonly tools: ToolOrders;
  /** Runs a command as the node's root, as any other tool on that machine would. */
  exec(
    argv: readonly [string, ...string[]],
    options?: { readonly input?: string; readonly allowFailure?: boolean },
  ): Promise<CommandResult>;
  startEngine(start: EngineStart): Promise<EngineProcess>;
  /**
   * Makes the directory on this machine for what an engine has around it on this node.
   *
   * @returns its path
   * @throws {HarnessError} `guest/no-gateway`, as the next two do too, where the node is a guest
   */
  openSurroundings(): Promise<string>;
  /**
   * Lays out the root of a pod that has this node's network, in place of the one before.
   *
   * @param readable - host paths of tools that its commands may need
   */
  openGateway(pod: GatewayPod, readable: readonly string[]): Promise<void>;
  /**
   * Runs a command in that pod, traced, and gives its exit code.
   *
   * @throws {Error} where no pod was opened
   */
  execInGateway(command: GatewayCommand): Promise<number>;
  /** @throws {HarnessError} `state/*` where a tool could not tell */
  snapshot(): Promise<readonly StateItem[]>;
  /** Joins `port` of the node's own addresses with `toPort` of the cluster's gateway. */
  relay(port: number, toPort: number): Promise<void>;
  /** Gives the pod an address on this node. */
  addPod(address: string): Promise<void>;
  /** The pod answers TCP on `port` with its address. */
  answer(address: string, port: number): Promise<void>;
  /** Sends a datagram from a pod of this node. */
  sendFromPod(pod: string, to: string, port: number, payload: string): Promise<void>;
  /** Connects from the node itself and gives the line that comes back; rejects when refused or late. */
  connect(host: string, port: number, timeoutMs: number): Promise<string>;
  /** The same from a pod of this node, with its address. */
  connectFromPod(pod: string, host: string, port: number, timeoutMs: number): Promise<string>;
  /** Looks at `url` from the node and from a pod on it until stopped. */
  startProbes(
    urls: readonly string[],
    ca: string,
    everyMs: number,
    report: (sample: ProbeSample) => void,
  ): Promise<void>;
  stopProbes(): Promise<void>;
}
