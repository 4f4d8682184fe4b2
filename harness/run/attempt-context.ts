import type { ClusterLease, EngineAccessPoint } from "../cluster/cluster.ts";
import type { Engine, EngineProfile, EngineSelection, RenderContext } from "../model/engine.ts";
import type { KubeObject } from "../model/objects.ts";
import type { Plan } from "../model/plan.ts";
import type { Recording } from "../model/recording.ts";
import type { Scenario, Settings, Step } from "../model/scenario.ts";
import type { Verdict } from "../model/verdict.ts";
import type { ClusterNode, EngineImage, EngineProcess } from "../node/node.ts";
import type { BesideEngine } from "./beside.ts";
import type { DecoyOptions } from "./decoy-plan.ts";
import type { Recorder } from "./recorder.ts";
import type { NodeGateway } from "./gateways.ts";
import type { AttemptWorld } from "./world.ts";
import type { WriteHold } from "./write-hold.ts";

/** What an attempt is made of, before it has a cluster. */
export interface AttemptInput {
  readonly plan: Plan;
  readonly scenario: Scenario;
  readonly engine: Engine;
  /** Host path of the engine's program. */
  readonly program: string;
  /** Programs that are run in the root file system of an image, by their host paths. */
  readonly images?: Readonly<Record<string, EngineImage>>;
  /** The other engine, in scenarios that have one. */
  readonly beside?: BesideEngine;
  /** Host paths of the programs of `plan.engine.from`, in that order. */
  readonly earlierPrograms?: readonly string[];
  /** Host paths that engines may read even where they lie in a hidden directory: tools of ours. */
  readonly readable: readonly string[];
  readonly hidden: readonly string[];
  /** Says what is being done, for people. */
  readonly report: (doing: string) => void;
  readonly signal: AbortSignal;
  /** The engine runs without the tracer in front of it: to measure what tracing costs, or since it is somebody else's. Such an attempt shows no writes, and no pass of it makes a run conformant. */
  readonly untraced?: true;
  /** A fault-free attempt of the same world, to compare with. */
  readonly reference?: Recording;
  /** One of the same world with a clean restart in every step. */
  readonly restarted?: Recording;
  /** Called with everything still up; the attempt is cleaned when it resolves. */
  readonly hold?: (verdict: Verdict, nodes: readonly string[]) => Promise<void>;
}

/** A version of the engine, with the host path of its program. */
export interface EngineVersion {
  readonly selection: EngineSelection;
  readonly program: string;
}

/** The engine of one node through all its lives. */
export interface NodeEngine {
  readonly node: ClusterNode;
  /** What is started on the node now. */
  version: EngineVersion;
  /** What it is upgraded to, in this order; the last one is under test. Empty once that is there. */
  readonly upgrades: EngineVersion[];
  /** What is otherwise than the plan's settings since its last start. */
  settings?: Settings;
  /** What it was upgraded from, oldest first. */
  readonly earlier: EngineVersion[];
  readonly access: EngineAccessPoint;
  readonly logs: string[];
  process?: EngineProcess;
  /** A start that is under way; it ends when the engine is ready, gone, or its time is over. */
  starting?: Promise<void>;
  /** The other engine of the node. */
  beside?: EngineProcess;
  /** What the shims in front of its tools were told at its first start, by name. */
  readonly toolOrders: string[];
  /** Writes to the kernel that were recorded, over all its lives. */
  kernelWrites: number;
  /** Only where the plan may hold writers. */
  readonly hold?: WriteHold;
  /** When its last write to the kernel was heard of, ms of the recorder's clock; -Infinity before the first. */
  lastKernelWriteMs: number;
  /** The end that we asked for; any other is the engine's own. */
  isStopping: boolean;
  isReady: boolean;
  /** It ran before the attempt, and nobody of us can do anything to it. */
  readonly isFound?: true;
}

/** A running attempt. */
export interface AttemptContext extends AttemptInput {
  readonly cluster: ClusterLease;
  readonly nodes: readonly ClusterNode[];
  readonly world: AttemptWorld;
  /** What the scenario makes of this world. */
  readonly steps: readonly Step[];
  readonly canary: ReturnType<Scenario["canary"]>;
  readonly recorder: Recorder;
  readonly profile: EngineProfile;
  readonly namespace: string;
  /** Of the engine; empty until it has its rights. */
  token: string;
  readonly render: RenderContext;
  readonly engines: Map<string, NodeEngine>;
  /** By node; empty where the engine has none in this scenario. */
  readonly gateways: Map<string, NodeGateway>;
  /** Phases of decoys that were planted, in order. */
  readonly planted: DecoyOptions["phase"][];
  /** What the scenario asked of an exec and did not come about, each a sentence. */
  readonly missed: string[];
  /** Name of the feature object -> what it was rendered to. */
  readonly applied: Map<string, readonly KubeObject[]>;
  /** Objects of the harness itself, by name as in `objectName`. */
  readonly infrastructure: Set<string>;
  /** When an engine last wrote to the API, leases left out; ms of the recorder's clock. */
  readonly activity: { lastWriteMs: number };
  readonly worstCaseMs: number;
  /** The how many-th try this is to strike where the plan says, from 1. */
  readonly tries: number;
  /** The step that is going on. */
  readonly stage: { step: string };
}

/** @throws {Error} for a name that no node of the attempt has: the scenario is wrong */
export function nodeOf(context: AttemptContext, name: string): ClusterNode {
  const node = context.nodes.find(({ ref }) => ref.name === name);
  if (!node)
    throw new Error(`scenario ${context.scenario.name} names node ${name}, which this attempt does not have`);
  return node;
}
