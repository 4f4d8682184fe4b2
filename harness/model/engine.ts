import type { KernelFeature } from "./kernel-feature.ts";
import type { ItemMatcher } from "./matcher.ts";
import type { FeatureObject, KubeObject } from "./objects.ts";
import type { FeatureName, Intent, NodeRef, Settings } from "./scenario.ts";

/** The engine that a run was asked for: `kube-vip@v0.8.5/rt` with its options. */
export interface EngineSelection {
  readonly name: string;
  /** As given, with its leading v; absent where the engine comes with the control plane or the project. */
  readonly version?: string;
  /** Versions that were on the node before it, oldest first, in scenarios that upgrade: `kube-vip@v0.8.4..v0.8.5`. */
  readonly from?: readonly string[];
  readonly variant: string;
  /** `--engine-option key=value`, in the engine's own terms. */
  readonly options: Readonly<Record<string, string>>;
}

/** Where an engine's program comes from. */
export type EngineProgram =
  /** The user's: --engine-binary, or LEAKPROOF_ENGINES. */
  | { readonly kind: "user-binary" }
  /** Obtained together with the control plane. */
  | { readonly kind: "control-plane"; readonly program: "kube-proxy" }
  /** A TypeScript program of this project, run by the same Node; path absolute, or relative to the checkout. */
  | { readonly kind: "node-script"; readonly path: string };

/** Items that may stay when all objects are gone, and why. */
export interface KeptItem extends ItemMatcher {
  readonly reason: string;
  /** Whether it is there is luck, whatever objects there are: that it is not is the doing of no fault. */
  readonly isByChance?: true;
  /** It is there as long as the engine runs: one that cleans takes it away at its end. */
  readonly endsWithEngine?: true;
}

/** API objects that may stay when all objects are gone, and why. */
interface KeptObject {
  readonly kind: string;
  /** Regular expression that the whole name must match. */
  readonly name: string;
  readonly reason: string;
}

/** Names that are hashes of more than what they stand for: of a counter, say, so that each change makes another one. */
export interface HashedName {
  /** Regular expression of the name, which ends in sixteen characters of base32. */
  readonly name: string;
  /** Regular expression in the text of a rule that names it, or is in it; its groups say what it stands for, the last one first. */
  readonly comment: string;
}

/** Rules of one chain of which one kind has to stand before the other, whatever is between them. */
export interface RuleOrder {
  readonly first: ItemMatcher;
  readonly later: ItemMatcher;
  /** What goes wrong with a packet else. */
  readonly reason: string;
}

/** What an engine of one version and variant promises. */
export interface EngineProfile {
  readonly features: readonly FeatureName[];
  /** Once every object is gone, with the engine running. */
  readonly keeps: readonly KeptItem[];
  readonly keepsObjects: readonly KeptObject[];
  /** Addresses and prefixes that the engine puts into rules without anybody configuring them, with the reason. */
  readonly constants: readonly { readonly cidr: string; readonly reason: string }[];
  /**
   * Table (unless `Settings.routeTable` says another) and protocol number of its routes, where somebody else's route with both is none of its business.
   * Absent where it makes no routes, or declares to own all that is in there.
   */
  readonly sharedRoutes?: { readonly table: number; readonly protocol: number };
  /** Chains that are called otherwise after every change; states are compared by what their comments say. */
  readonly hashedNames?: readonly HashedName[];
  readonly ruleOrders?: readonly RuleOrder[];
  readonly exit: {
    /** After SIGTERM: rules of live objects are taken away (`cleans`) or stay (`keeps`). */
    readonly policy: "cleans" | "keeps";
    /** Items that stay even though the engine cleans. */
    readonly except: readonly KeptItem[];
  };
  /** The longest time in which it is known to converge after one change, in ms. Profiles cap it. */
  readonly worstCaseMs: number;
  /** State must be unchanged for this long to be called quiet, in ms. */
  readonly settleMs: number;
}

/** All that an adapter needs to start its engine on a node. */
export interface LaunchRequest {
  readonly selection: EngineSelection;
  readonly settings: Settings;
  readonly node: NodeRef;
  /** Absolute path of the program, as the engine's process sees it. */
  readonly program: string;
  /** The engine's own writable directory, as the engine's process sees it. It is its HOME. */
  readonly home: string;
  /** https URL of the API server at the node's own address. */
  readonly apiServer: string;
  /** PEM of the CA that signed the API server's certificate. */
  readonly apiCa: string;
  /** The engine's bearer token. */
  readonly token: string;
  /** Kubeconfig with the three above, ready to be written to a file. */
  readonly kubeconfig: string;
  /** Namespace of the scenario's objects. */
  readonly workloadNamespace: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly serviceCidr6: string;
  /** The interface that faces the cluster. */
  readonly interface: string;
}

/** What a shim in front of the engine's tools does to some of their writes, once they are numbered in the order in which they begin. */
export interface ToolOrder {
  /** kebab-case, unique on a node. */
  readonly name: string;
  /** The tool as the engine calls it, `*` for any characters: `ip6tables*`. */
  readonly tool: string;
  /** The how many-th write of these tools is the first concerned, from 1, counted since the order was given, over all lives of the engine. */
  readonly first: number;
  readonly times: number;
  readonly act: /** Not done, and the tool says so. */
    | { readonly kind: "fail"; readonly exitCode: number; readonly stderr: string }
    /** Not done, with a false success. */
    | { readonly kind: "drop" }
    /** Done twice with the same input; the answer is that of the first. */
    | { readonly kind: "double" }
    /** Done after the next write, with a false success in advance; `times` is 1. */
    | { readonly kind: "swap" };
}

/** How to start the engine on one node. */
export interface LaunchSpec {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Files to write before the start: path relative to `home` -> content. */
  readonly files: Readonly<Record<string, string>>;
  /** Directory of `files` that it sees where kubelet mounts the files of a pod's service account, too. */
  readonly serviceAccountFiles?: string;
  /** Host name that the engine sees. */
  readonly hostname: string;
  /** A line of the engine's output that says it runs; where absent, its first API request does. */
  readonly readyPattern?: string;
  /** Puts shims in front of the tools that the engine finds in its PATH, and what they are to do from its first start on. */
  readonly toolOrders?: readonly ToolOrder[];
}

/** What an engine's service account may do, as the vendor ships it. */
export interface EngineAccess {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Namespace, ServiceAccount, Roles and bindings, to be applied in order. */
  readonly objects: readonly KubeObject[];
}

/** What an engine needs beside its program. Nothing of it is part of this project. */
export interface EngineNeeds {
  /** Files of the vendor's, in a directory beside the program that is called like it, with `.d` behind. */
  readonly files: readonly { readonly name: string; readonly what: string }[];
  /** Programs of the machine, with the Debian package that has them. */
  readonly tools: readonly { readonly name: string; readonly package: string }[];
}

/** A pod of the engine's that it programs by `pods/exec`: it has the network of its node, and a root of its own. */
export interface GatewayPod {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Absolute path in its root -> content. */
  readonly files: Readonly<Record<string, string>>;
  /** Directories in its root that it may write, beside /run; they live as long as the pod. */
  readonly writable: readonly string[];
  /** Comes first in the PATH of its commands. */
  readonly path?: string;
}

/** What an adapter can do around its engine on one node of an attempt, as administrator. */
export interface EngineHost {
  readonly selection: EngineSelection;
  readonly settings: Settings;
  readonly node: NodeRef;
  /** Host path of the engine's program. */
  readonly program: string;
  /** Host directory of ours, for files of what is started. */
  readonly directory: string;
  readonly networks: {
    readonly podCidr: string;
    readonly serviceCidr: string;
    /** Virtual addresses are drawn from it. */
    readonly vipCidr: string;
    /** The bridge of the node's cluster. */
    readonly bridge: string;
    /** A host outside of the cluster, on the same bridge. */
    readonly outside: string;
  };
  /** Creates an object that is no part of the scenario, or brings it to this form. */
  apply(object: KubeObject): Promise<void>;
  /** A request to the API as it is; every status is an answer. */
  request(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Gives the node one more interface on the cluster's bridge, up and without an address. */
  plug(name: string): Promise<void>;
  /** Runs a tool as root of the node, in its network. */
  exec(argv: readonly [string, ...string[]]): Promise<{ readonly stdout: string }>;
  /** Starts a program in the node's network that ends with the attempt. */
  start(argv: readonly [string, ...string[]]): Promise<void>;
  /** Says what execs into this pod run in. */
  openGateway(pod: GatewayPod): Promise<void>;
  /** What the engine has printed on this node so far, all lives together. */
  log(): string;
  /** @throws {HarnessError} `wait/timed-out` */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
}

/** What an engine needs around it, where data alone cannot say it. Only where the settings of a scenario ask for a gateway. */
export interface Surroundings {
  /** Before anything else is on the node, and before its state is first looked at. */
  prepare(host: EngineHost): Promise<void>;
  /** When the engine has been started for the first time: what must be there before the first step. */
  furnish(host: EngineHost): Promise<void>;
  /** The gateway's pod is made anew; what was in its network is gone. */
  restartGateway(host: EngineHost): Promise<void>;
}

/** Where the objects of a scenario are made. */
export interface RenderContext {
  readonly selection: EngineSelection;
  readonly settings: Settings;
  readonly namespace: string;
}

/** What is in every cluster before a scenario begins, as far as engines make items for it. */
export interface ClusterFacts {
  /** Address of the Service default/kubernetes. */
  readonly apiServiceAddress: string;
  /** Where that Service leads to: `172.30.0.1:20002`. */
  readonly apiEndpoints: readonly string[];
}

/**
 * The program under test, as an adapter describes it. Everything here is pure: the harness does the
 * I/O. Contract version 1 (docs/contracts/engine.md).
 */
export interface Engine {
  readonly contract: 1;
  readonly name: string;
  readonly title: string;
  readonly variants: readonly [string, ...string[]];
  readonly program: EngineProgram;
  /** Problems of a selection (unknown version, unknown option), each a sentence; empty where it is fine. */
  problems(selection: EngineSelection): readonly string[];
  /** Without `cluster` and `settings`, where no attempt runs yet, `keeps` may lack what is made for the cluster's own objects. */
  profile(selection: EngineSelection, cluster?: ClusterFacts, settings?: Settings): EngineProfile;
  access(settings: Settings, selection: EngineSelection): EngineAccess;
  launch(request: LaunchRequest): LaunchSpec;
  /** The vendor's own clean-up, a program that ends by itself once the engine has ended; where an engine has one, it claims `uninstall`. */
  uninstall?(request: LaunchRequest): LaunchSpec;
  render(object: FeatureObject, context: RenderContext): readonly KubeObject[];
  readonly needs?: EngineNeeds;
  /** What it needs of the kernel of its nodes whatever the scenario: where this machine's has not, they are guests. */
  kernelNeeds?(selection: EngineSelection): readonly KernelFeature[];
  /** Reference of the image that its vendor publishes of a version: its program is taken from there where nobody gives one. */
  image?(selection: EngineSelection): string;
  readonly surroundings?: Surroundings;
  /** The items that `intent` stands for; an empty list where this engine shows it by no item. */
  match(intent: Intent, context: RenderContext): readonly ItemMatcher[];
}
