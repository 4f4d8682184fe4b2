import type { ClusterLease, EngineAccessPoint } from "../cluster/cluster.ts";
import type { FaultAction } from "../model/fault.ts";
import type { StateItem } from "../model/state.ts";
import type { ClusterNode } from "../node/node.ts";

/** System calls of an engine, and of what it starts, that are not carried out and return an error. */
export interface FailingCalls {
  /** What stands behind strace's `inject=`: `sendmsg:error=EBUSY:when=1`. */
  readonly inject: string;
  /** `EBUSY from sendmsg: NFT_MSG_NEWRULE by nft -f -`. */
  readonly onFailed: (write: string) => void;
}

/** The engine of one node, as faults act on it. */
export interface EngineHandle {
  isRunning(): boolean;
  /** SIGKILL of the engine and all that it started, or of the engine alone; resolves when it is gone. */
  kill(scope: "tree" | "engine"): Promise<void>;
  /** SIGTERM, and SIGKILL after the profile's limit. */
  terminate(): Promise<void>;
  /**
   * Lets `end` make it end, as a node's kubelet does, and waits until it is gone.
   *
   * @param how - `terminating` where it has its time after SIGTERM
   * @returns false where it had to be killed
   */
  endBy(how: "terminating" | "killed", end: () => Promise<void>): Promise<boolean>;
  /**
   * A new process; resolves when it is ready, or gone.
   *
   * @param failing - calls that the tracer makes fail in this life, and who is told of each write that did
   */
  start(failing?: FailingCalls): Promise<void>;
  /** SIGSTOP of the engine and all that it started, and SIGCONT. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Its items on the node as they are now: without what was there before it, and without decoys. */
  items(): Promise<readonly StateItem[]>;
}

/** What a fault acts on: one node, its engine, and the engine's way to the API. */
export interface FaultTarget {
  readonly node: ClusterNode;
  readonly cluster: ClusterLease;
  readonly access: EngineAccessPoint;
  readonly engine: EngineHandle;
  /** What was on the node before its engine, and decoys since; where it is absent, nothing was. */
  readonly foreign?: () => readonly StateItem[];
  /** Puts there again what the node's other owners put there at every boot, and notes what the node then holds; the engine does not run. Where it is absent, nobody put anything there. */
  readonly furnishAgain?: () => Promise<void>;
  /** ms in which a fault that has not bitten yet still may. */
  readonly biteWithinMs: number;
  readonly signal: AbortSignal;
}

/**
 * A fault in force. Disposing it heals: it is idempotent, works after an abort, and resolves when what was
 * broken works again (an engine that was killed has been started).
 */
export interface InjectedFault extends AsyncDisposable {
  /**
   * Resolves when the fault has bitten, with what showed it: "2 requests answered 409: PUT .../services/web".
   * Undefined where it did not within its time, or was healed or aborted before. Never rejects.
   */
  readonly bitten: Promise<string | undefined>;
}

/** One kind of fault. */
export interface Fault<A extends FaultAction = FaultAction> {
  readonly kind: A["kind"];
  /** For people: what it does to whom. */
  describe(action: A): string;
  /** Puts it in force and returns; rejects only where the harness itself failed. */
  inject(action: A, target: FaultTarget): Promise<InjectedFault>;
}
