/** Digests of a node's comparable state, by what different writers of one engine may write at the same time: `iptables-nft`, `nftables ip6`. Empty for a part that was emptied. */
export type StateParts = Readonly<Record<string, string>>;

/** A write to the kernel as a place to strike: what it changed first, where it stood in the order last. */
export interface KernelWritePoint {
  /** In the kernel's words, as in the event `kernel-write`: `IPT_SO_SET_REPLACE mangle`. */
  readonly what: string;
  /** Program and arguments of the writer, names and addresses of nodes replaced (harness/oracle/comparable.ts). */
  readonly argv: readonly string[];
  /** The how many-th write of the step with this `what` and `argv`, from 1; a hint, since maps are iterated in any order. */
  readonly occurrence: number;
  /** The how many-th write of the step at all, from 1; for people. */
  readonly index: number;
  /** Digest of the node's comparable state after the write: what proves that it was struck there and nowhere else. */
  readonly state: string;
  /**
   * Those parts of it that the write changed. Engines that write both families at once come by here while the
   * other parts are anywhere: the same write that leads to the same in these is the same place.
   */
  readonly parts?: StateParts;
}

/** A request of the engine that writes to the API, as a place to strike. */
export interface ApiWritePoint {
  readonly method: string;
  /** Without the query; names are those of the attempt, which the seed decides. */
  readonly path: string;
  /** The how many-th request of the step with this method and path, from 1. */
  readonly occurrence: number;
  /** `before`: it has not reached the API server. `withheld`: it is done there, and the engine never hears of it. `given`: the engine has its answer. */
  readonly answer: "before" | "withheld" | "given";
}

/** When a fault strikes. */
export type FaultTrigger =
  /** Before the step's operations. */
  | { readonly at: "step-begin" }
  /** When the step's operations were sent, without waiting for the engine. */
  | { readonly at: "operations-sent" }
  /** So many ms after that, whatever the engine does then; the step settles after the fault. */
  | { readonly at: "elapsed"; readonly ms: number }
  /** When the step has settled; it settles once more after the fault, and is judged then. */
  | { readonly at: "settled" }
  /** When this write is done, with everybody who writes on that node held. */
  | { readonly at: "kernel-write"; readonly point: KernelWritePoint }
  /** When the `nth` write of rules from now is done, from 1, with everybody held: what a recovery writes is on no recording. */
  | { readonly at: "nth-write"; readonly nth: number }
  | { readonly at: "api-write"; readonly point: ApiWritePoint };

/** What the requests are that a fault of the API is about; all of them where nothing is given. */
export interface ApiMatch {
  readonly verbs?: readonly ("get" | "list" | "watch" | "create" | "update" | "patch" | "delete")[];
  /** Plural, as in RBAC: `services`, `services/status`, `endpointslices`. */
  readonly resource?: string;
}

/** What is done, without when and where. */
export type FaultAction =
  /** SIGKILL; `tree`: with all that it started (a container dies), `engine`: what it started goes on. Healed by a new start. */
  | { readonly kind: "kill"; readonly scope: "tree" | "engine" }
  /** SIGTERM, and SIGKILL after the profile's limit. Healed by a new start. */
  | { readonly kind: "terminate" }
  /** SIGSTOP of the engine and all that it started, for at least `forMs`; healed by SIGCONT. */
  | { readonly kind: "pause"; readonly forMs: number }
  /** Killed and started `times` times, each as soon as it was ready. */
  | { readonly kind: "restart-loop"; readonly times: number }
  /** Nothing is broken: who writes is only held until it is healed, so that the next step's operations come between two writes. */
  | { readonly kind: "hold" }
  /** Nothing is broken: nobody waits for the engine between this step's operations and the next one's, but for `gapMs`. For `operations-sent` and `next-step`. */
  | { readonly kind: "hurry"; readonly gapMs: number }
  | { readonly kind: "api-latency"; readonly delayMs: number; readonly match?: ApiMatch }
  /** Answered by us; `times` requests, all of them where it is absent. */
  | {
      readonly kind: "api-status";
      readonly status: 403 | 409 | 429 | 500;
      readonly retryAfterS?: number;
      readonly times?: number;
      readonly match?: ApiMatch;
    }
  /** Watches that are open end without notice: the connection is gone. */
  | { readonly kind: "api-watch-cut"; readonly match?: ApiMatch }
  /** Watches that are open end with an ERROR event of code 410, and so does the next one that continues from an old version. */
  | { readonly kind: "api-watch-gone"; readonly match?: ApiMatch }
  /** Events of watches are held back: the engine acts on a stale view. */
  | { readonly kind: "api-stale"; readonly match?: ApiMatch }
  /** No request is answered and no connection accepted. */
  | { readonly kind: "api-down" }
  /** The API server itself is killed, and started again when it heals. */
  | { readonly kind: "api-server-restart" }
  /** Somebody holds /run/xtables.lock. */
  | { readonly kind: "xtables-lock" }
  /**
   * After a new start the first `times` calls of that kind fail in each thread of the engine and in each tool that it
   * starts, until a new start heals it. Default: sendmsg, by which nft, iptables-nft and ip write; sendto, by which
   * ipset and some Go libraries write, asks questions too; legacy iptables writes by setsockopt.
   */
  | {
      readonly kind: "call-fails";
      readonly error: "EBUSY" | "EEXIST" | "ENOBUFS";
      readonly times: number;
      readonly call?: "sendmsg" | "sendto" | "setsockopt";
    }
  /** The next `times` writes of a tool are not done: it exits with this code and text. `*` in its name stands for any characters. */
  | {
      readonly kind: "tool-fails";
      readonly tool: string;
      readonly exitCode: number;
      readonly stderr: string;
      readonly times: number;
    }
  /** A rule of somebody else refers to a set of the engine: it cannot be destroyed. */
  | { readonly kind: "set-in-use" }
  /** The node's interface to the cluster goes down and comes up. */
  | { readonly kind: "link-down" }
  /** Somebody deletes something of the engine's; the `pick`-th of its items of that kind, counted round. */
  | {
      readonly kind: "foreign-deletion";
      readonly of: "rule" | "chain" | "member" | "route";
      readonly pick: number;
    }
  /** Kernel state is gone, the API kept, the engine is a new process. */
  | { readonly kind: "node-reboot" }
  /** The engine's pod is deleted: kubelet ends its container, at once (0 s, of which kubelet makes two) or with SIGTERM and that much time. Its DaemonSet makes another. */
  | { readonly kind: "pod-deleted"; readonly graceSeconds: number }
  /** The template of the engine's DaemonSet gets another revision, and its controller replaces the pod. */
  | { readonly kind: "daemon-set-rolled" }
  /** The node's kubelet is stopped and the engine's container dies: nobody starts it again until kubelet is back. */
  | { readonly kind: "kubelet-stopped" }
  /** The engine's image is gone from the node and its pod is deleted: the next one does not start until the image is back. */
  | { readonly kind: "image-missing" }
  /** The container that is the node is restarted: its kernel state and all processes are gone, the API comes back as it was, and kubelet starts the engine's pod again. */
  | { readonly kind: "node-restarted" };

/** What a fault needs of the provider of clusters, beside a node and an API. */
export type FaultNeed = "kubelet";

const byKubelet: ReadonlySet<FaultAction["kind"]> = new Set([
  "pod-deleted",
  "daemon-set-rolled",
  "kubelet-stopped",
  "image-missing",
  "node-restarted",
]);

/** What the fault needs that the sandbox does not have; undefined where it has all of it. */
export function faultNeed({ kind }: FaultAction): FaultNeed | undefined {
  return byKubelet.has(kind) ? "kubelet" : undefined;
}

/**
 * One fault of a plan: what is done, on which node, when, and when it is healed.
 *
 * `same-step`: at once, then the step settles and is judged. `next-step`: the next step's operations come
 * first, then it is healed, and that step is judged: the world changed meanwhile.
 */
export interface PlannedFault {
  readonly action: FaultAction;
  readonly step: string;
  /** Index of the node, or all of them at once. */
  readonly node: number | "all";
  readonly trigger: FaultTrigger;
  readonly heal: "same-step" | "next-step";
}
