import type { EngineProfile } from "./engine.ts";
import type { StateParts } from "./fault.ts";
import type { NodeKernel } from "./kernel-feature.ts";
import type { ItemMatcher } from "./matcher.ts";
import type { KubeObject } from "./objects.ts";
import type { Plan } from "./plan.ts";
import type { Expectation, NodeRef, TrafficCheck } from "./scenario.ts";
import type { StateItem } from "./state.ts";

/** Time of an event: ms since the attempt began, on one monotonic clock. */
interface At {
  readonly atMs: number;
}

/** Points of an attempt at which every node is looked at, beside the end of each step. */
export type Moment =
  | "baseline"
  | "planted"
  | "step"
  | "canary-programmed"
  | "canary-removed"
  | "emptied"
  | "exited"
  | "uninstalled";

/**
 * What happened, in order. Oracles see nothing else. Steps of the harness itself have names in angle
 * brackets: `<canary>`, `<empty>`.
 */
export type RecordedEvent =
  /** First event. */
  | (At & {
      readonly kind: "begin";
      readonly nodes: readonly NodeRef[];
      /** Node name -> the kernel that its rules are in. */
      readonly kernels?: Readonly<Record<string, NodeKernel>>;
      readonly engineProfile: EngineProfile;
      /** Networks that settings and cluster name, as CIDRs, with what they are. */
      readonly networks: readonly { readonly cidr: string; readonly what: string }[];
      /** What nodes and their cluster are called in this attempt -> what to call them when attempts are compared: `172.30.0.12` -> `<node-0-ipv4>`. */
      readonly aliases?: Readonly<Record<string, string>>;
    })
  | (At & { readonly kind: "step"; readonly step: string; readonly state: "begin" | "end" })
  /** A write of ours to the API; `object` is what we sent, and is absent for a deletion. */
  | (At & {
      readonly kind: "write";
      readonly step: string;
      readonly verb: "create" | "update" | "delete";
      /** `Service lp-a1/web`. */
      readonly target: string;
      readonly object?: KubeObject;
    })
  /** A write of the engine to the API. */
  | (At & {
      readonly kind: "engine-write";
      readonly node: string;
      readonly method: string;
      readonly path: string;
      /** 0 where no answer came. */
      readonly status: number;
      /** The API server was not asked: a fault answered in its place, or nobody did. */
      readonly injected?: true;
    })
  /**
   * A write of the engine, or of a tool that it started, to the kernel's network state; in the order in
   * which the calls ended. The event may stand a few ms behind its time.
   */
  | (At & {
      readonly kind: "kernel-write";
      readonly node: string;
      /** Of the writing thread, in the sandbox. */
      readonly pid: number;
      /** Program and arguments of the writer; empty where it was gone too soon. */
      readonly argv: readonly string[];
      /** The how many-th write on this node since the attempt began, from 1, all kinds counted. */
      readonly index: number;
      /** The system call. */
      readonly call: string;
      /** In the kernel's words: `RTM_NEWROUTE`, `IPT_SO_SET_REPLACE nat`, `/proc/sys/net/ipv4/ip_forward`. */
      readonly what: string;
      /** `sysctl` is recorded only; `unsupported` is out of the trace's sight (bpf) or refused to the engine (io_uring). */
      readonly write: "rules" | "sysctl" | "unsupported";
      /** Error that the call itself returned. */
      readonly error?: string;
      /** The writer was killed inside of the call: whether it took effect is not known. */
      readonly unfinished?: true;
    })
  /** The state of a node changed while its engines ran, and no write was seen that explains it: the trace is not to be believed. */
  | (At & {
      readonly kind: "unexplained-change";
      readonly node: string;
      readonly step: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    })
  /** What the node held when a write was done and its writer held: what the write changed is the difference to the event before. */
  | (At & {
      readonly kind: "kernel-state";
      readonly node: string;
      readonly step: string;
      /** Of the event `kernel-write`; 0 for the state before the first. */
      readonly index: number;
      /** Key into `Recording.snapshots`. */
      readonly digest: string;
      /** Digest of the comparable state (harness/oracle/comparable.ts). */
      readonly state: string;
      /** The same of each part of it. Absent in recordings before there were parts. */
      readonly parts?: StateParts;
      /** How long the writers were held for it, in ms. */
      readonly heldMs: number;
    })
  /** What the nemesis did. */
  | (At & {
      readonly kind: "fault";
      /** Index into `Plan.faults`. */
      readonly fault: number;
      readonly step: string;
      readonly node: string;
      /** `fired`: it bit, and `evidence` says how that was seen. `missed`: it did not come to it. `overshoot`: the state was another than at the point asked for. */
      readonly state: "armed" | "fired" | "healed" | "missed" | "overshoot";
      readonly evidence?: string;
    })
  | (At & {
      readonly kind: "engine";
      readonly node: string;
      /** `found`: on a cluster of somebody's own, it ran there before us. `ready`: it called the API or printed its ready line. `exited`: by itself or after SIGTERM. `killed`: by us. */
      readonly state:
        | "found"
        | "spawned"
        | "ready"
        | "terminating"
        | "exited"
        | "killed"
        | "exit-timeout"
        /** The vendor's clean-up has ended, or was ended by us: then it has no exit code. */
        | "uninstalled";
      /** `spawned` only: the version, where it is not the one under test but one that is upgraded. */
      readonly earlierVersion?: string;
      readonly exitCode?: number;
      readonly signal?: string;
      /** The last lines of its log, where it exited unasked. */
      readonly logTail?: string;
    })
  /** What became of a command that somebody ran in the gateway's pod by pods/exec. */
  | (At & {
      readonly kind: "exec";
      readonly node: string;
      readonly command: readonly string[];
      /** `held`, `withheld`, `cut`: by an order of the scenario. `abandoned`: who asked was gone before it was begun. */
      readonly state: "held" | "begun" | "ended" | "withheld" | "cut" | "abandoned";
      readonly exitCode?: number;
    })
  /** Expectations of a step with the items they stand for. `met` is what the runner saw when it stopped waiting. */
  | (At & {
      readonly kind: "expectation";
      readonly step: string;
      readonly node: string;
      readonly expectation: Expectation;
      readonly matchers: readonly ItemMatcher[];
      readonly met: boolean;
      readonly waitedMs: number;
      /** The items are those of the other engine on the node, not of the one under test. */
      readonly byOther?: true;
    })
  /** The state stopped changing, or did not within the engine's worst case. */
  | (At & {
      readonly kind: "quiet";
      readonly step: string;
      readonly quiet: boolean;
      readonly waitedMs: number;
    })
  | (At & {
      readonly kind: "snapshot";
      readonly node: string;
      readonly step: string;
      readonly moment: Moment;
      /** Key into `Recording.snapshots`. */
      readonly digest: string;
    })
  /** Somebody else's state that we planted; every later snapshot of the node must hold it, in this order. */
  | (At & { readonly kind: "decoys"; readonly node: string; readonly items: readonly StateItem[] })
  /** A packet sent to show that a decoy still works. */
  | (At & {
      readonly kind: "decoy-hit";
      readonly node: string;
      readonly step: string;
      readonly decoy: string;
      readonly hit: boolean;
      readonly seen: string;
    })
  | (At & {
      readonly kind: "traffic";
      readonly step: string;
      readonly check: TrafficCheck;
      /** Source address seen outside, or address of the pod that answered; absent where nothing arrived. */
      readonly seen?: string;
      readonly error?: string;
    })
  /** The engines are left alone between `begin` and `end`, after the step has settled: what they still do is their rate at rest. */
  | (At & { readonly kind: "rest"; readonly step: string; readonly state: "begin" | "end" })
  /** One look at the API server. */
  | (At & {
      readonly kind: "probe";
      /** `node lp-n1` or `pod on lp-n1`. */
      readonly from: string;
      /** `https://172.30.1.10:6443`. */
      readonly to: string;
      readonly connection: "new" | "kept";
      readonly ok: boolean;
      readonly latencyMs: number;
      readonly error?: string;
      /** The longest that the prober got no time of the machine's during the look, in ms; where it was long. The node's own prober also joins all connections to `to`. */
      readonly stalledMs?: number;
    })
  /** An API object that is there when all ours are deleted, other than what was there before the attempt. */
  | (At & {
      readonly kind: "api-leftover";
      readonly target: string;
      /** `deleting`: it has a deletionTimestamp and `finalizers`. */
      readonly state: "present" | "deleting";
      readonly finalizers: readonly string[];
      /** Lease: holderIdentity; else absent. */
      readonly holder?: string;
    })
  /** Last event of a recording that was not cut short. */
  | (At & { readonly kind: "end" });

export type EventOf<K extends RecordedEvent["kind"]> = Extract<RecordedEvent, { kind: K }>;

/** What happened in one attempt: all that oracles, reports and replays are made from. */
export interface Recording {
  readonly schemaVersion: 1;
  readonly plan: Plan;
  readonly events: readonly RecordedEvent[];
  /** Digest -> items of one node. */
  readonly snapshots: Readonly<Record<string, readonly StateItem[]>>;
}

/** An event with its position among all events of its recording. */
export interface Placed<K extends RecordedEvent["kind"]> {
  readonly event: EventOf<K>;
  readonly index: number;
}

type AnyPlaced = Placed<RecordedEvent["kind"]>;

/** A recording never changes, and its probes outnumber all else by far: each is sorted by kind once. */
const sorted = new WeakMap<Recording, ReadonlyMap<string, readonly AnyPlaced[]>>();

function sortByKind({ events }: Recording): ReadonlyMap<string, readonly AnyPlaced[]> {
  const kinds = new Map<string, AnyPlaced[]>();
  for (const [index, event] of events.entries()) {
    const known = kinds.get(event.kind);
    if (known) known.push({ event, index });
    else kinds.set(event.kind, [{ event, index }]);
  }
  return kinds;
}

/** The events of one kind, in order, each with its position. */
export function placedOf<K extends RecordedEvent["kind"]>(
  recording: Recording,
  kind: K,
): readonly Placed<K>[] {
  const kinds = sorted.get(recording) ?? sortByKind(recording);
  sorted.set(recording, kinds);
  return (kinds.get(kind) ?? []) as unknown as readonly Placed<K>[];
}

/** The events of one kind, in order. */
export function eventsOf<K extends RecordedEvent["kind"]>(
  recording: Recording,
  kind: K,
): readonly EventOf<K>[] {
  return placedOf(recording, kind).map(({ event }) => event);
}
