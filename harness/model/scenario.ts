import type { KernelFeature } from "./kernel-feature.ts";
import type { FeatureObject } from "./objects.ts";

/** What an engine may claim; a scenario needs exactly one of the areas and any number of the rest. */
export type FeatureName =
  | "egress"
  | "egress-ipv6"
  | "egress-cidr-discovery"
  /** Egress of packets to certain ports alone. */
  | "egress-ports"
  | "route-table"
  /** Addresses of Services, each on the interface of one node at a time. */
  | "service-address"
  /** An address for the API server itself, on the interface of one node at a time. */
  | "control-plane-address"
  /** What comes to that address is shared out among the API servers of all nodes of the control plane, by IPVS. */
  | "control-plane-balancing"
  | "service-rules"
  /** Network policies, with a chain of the engine's own in front of what comes in for the node itself. */
  | "policy-input"
  /** Services by IPVS, with sets that say what comes in at their addresses: the node's own address stays out of it. */
  | "ipvs-service"
  | "leader-election"
  /** Addresses of a gateway that is programmed by pods/exec: FIP, SNAT, DNAT. */
  | "fip-nat"
  /** The vendor has a clean-up of its own, which takes all of the engine's state away. */
  | "uninstall"
  /** A new start may have other settings: it takes away what those before made and its own do not. */
  | "settings-change";

/** How the engine is to be configured, in feature terms. Adapters map it to flags. */
export interface Settings {
  /** Pod and service networks given to the engine explicitly: egress to them is not rewritten. */
  readonly egressCidrs?: { readonly pod: string; readonly service: string };
  /** Table that `routed-service` routes go to; the engine's default where absent. */
  readonly routeTable?: number;
  /** One leader per service among the nodes. */
  readonly leaderElection?: boolean;
  /** Namespace that the engine's service account lives in; `kube-system` where absent. */
  readonly engineNamespace?: string;
  /** Policies of pods are programmed, where the engine does not do so anyway; false: by no means. */
  readonly networkPolicies?: boolean;
  /** Which tables iptables writes to; the engine's own choice where absent. */
  readonly tables?: IptablesTables;
  /** Addresses of Services are put on interfaces, where the engine does not do so anyway. */
  readonly serviceAddresses?: true;
  /** The address of the API server, which one of the nodes is to hold. */
  readonly controlPlaneVip?: string;
  /** What comes to that address is shared out among the nodes of the control plane; all nodes of the scenario are some. */
  readonly balancesControlPlane?: true;
  /**
   * Rights beside the vendor's own: `none` takes the right to list pods in kube-system away,
   * `discovery-role` grants exactly that by a Role and RoleBinding in kube-system (seed: kube-vip #966).
   */
  readonly podListing?: "vendor" | "none" | "discovery-role";
  /** Each node is the gateway of its pods as well: a pod of the engine's on it has the node's network and takes `pods/exec`. */
  readonly natGateway?: boolean;
  /**
   * Sets say what Services come in at, and rules in front of the node ask them (`sets`); virtual servers of the kernel lead on to
   * the pods as well (`ipvs`). Where the engine does not do so anyway.
   */
  readonly serviceProxy?: "sets" | "ipvs";
  /** The one address, as a network, that Services of type LoadBalancer get from the engine; without it they get none. */
  readonly addressPool?: string;
  /** Virtual servers at the nodes' own addresses that it did not make itself are to be left alone by the engine, where it has to be told. */
  readonly excludesNodeAddresses?: true;
  /** Families of the nodes' addresses in the API, in their order there, and what the engine is to work for; IPv4 and then IPv6 where absent, and whatever the engine does then. */
  readonly nodeFamilies?: readonly [4 | 6, ...(4 | 6)[]];
}

/** The kernel's two implementations of iptables, which know nothing of each other. */
export type IptablesTables = "legacy" | "nft";

/**
 * Something that must hold, in feature terms, on `node`. The adapter maps it to items of the kernel
 * state; "present" means that every item is there, "absent" that none is.
 */
export type Intent =
  | { readonly kind: "egress"; readonly node: string; readonly pod: string; readonly vip: string }
  /** What `pod` sends to this port leaves as `vip`, whatever becomes of the rest. */
  | {
      readonly kind: "egress-port";
      readonly node: string;
      readonly pod: string;
      readonly vip: string;
      readonly protocol: "TCP" | "UDP";
      readonly port: number;
    }
  /** Egress from the pods to `cidr` keeps the pod's own address. */
  | { readonly kind: "egress-exempt"; readonly node: string; readonly cidr: string }
  | { readonly kind: "route"; readonly node: string; readonly vip: string; readonly table?: number }
  /** The node holds the address, on its interface to the cluster. */
  | { readonly kind: "address"; readonly node: string; readonly vip: string }
  | {
      readonly kind: "service-port";
      readonly node: string;
      readonly clusterIp: string;
      readonly protocol: "TCP" | "UDP";
      readonly port: number;
      readonly targetPort: number;
      readonly backends: readonly string[];
    }
  | {
      readonly kind: "node-port";
      readonly node: string;
      readonly protocol: "TCP" | "UDP";
      readonly nodePort: number;
    }
  /** Services come in at `address`, one of theirs or of the node: what comes to it at another port is somebody's to judge. */
  | { readonly kind: "service-address"; readonly node: string; readonly address: string }
  /** `address` is the node's own: whatever Services come in at it, the rest of it stays open. */
  | { readonly kind: "own-address"; readonly node: string; readonly address: string }
  /** What comes to `port` of `vip` is shared out among the API servers of these addresses. */
  | {
      readonly kind: "api-servers";
      readonly node: string;
      readonly vip: string;
      readonly port: number;
      readonly servers: readonly string[];
    }
  /** Packets to `cidr`, the network of the services, pass the engine's chain for what comes in. */
  | { readonly kind: "input-exempt"; readonly node: string; readonly cidr: string }
  /** Packets to and from the pod go through rules of its own; in these tables, where it matters. */
  | {
      readonly kind: "pod-guarded";
      readonly node: string;
      readonly pod: string;
      readonly tables?: IptablesTables;
    }
  /** `client` is on the list of those who may connect, wherever it runs. */
  | { readonly kind: "policy-client"; readonly node: string; readonly client: string }
  /** The gateway has the address, and answers for it. */
  | { readonly kind: "elastic-ip"; readonly node: string; readonly address: string }
  /** All that goes to `address` reaches the pod, and what the pod sends leaves as `address`. */
  | { readonly kind: "floating-ip"; readonly node: string; readonly address: string; readonly pod: string }
  /** What `cidr` sends leaves as `address`. */
  | { readonly kind: "source-nat"; readonly node: string; readonly address: string; readonly cidr: string }
  /** TCP to `port` of `address` reaches `podPort` of the pod. */
  | {
      readonly kind: "port-forward";
      readonly node: string;
      readonly address: string;
      readonly port: number;
      readonly pod: string;
      readonly podPort: number;
    }
  /** Connections between `address` and `pod` are tracked, both ways: they go on as they began, whatever rules say by now. */
  | { readonly kind: "flows"; readonly node: string; readonly address: string; readonly pod: string };

export interface Expectation {
  readonly intent: Intent;
  readonly present: boolean;
}

/** What becomes of one `pods/exec`. */
export type ExecAct =
  /** It is not begun before it is released. */
  | { readonly kind: "hold" }
  /** It is done, and its answer is not given before it is released. */
  | { readonly kind: "withhold" }
  /** It is done, and the connection breaks off instead of an answer. */
  | { readonly kind: "cut" }
  /** It is killed after so many writes of rules; the answer is this exit code. */
  | { readonly kind: "fail"; readonly afterWrites: number; readonly exitCode: number };

/** One change that a scenario makes. */
export type Operation =
  /** Creates the object, or brings it to this form when it is there. */
  (
    | { readonly op: "apply"; readonly object: FeatureObject }
    /** Deletes what `apply` of that name made. */
    | { readonly op: "delete"; readonly name: string }
    /** `terminate` is SIGTERM and waits for the exit up to the profile's limit, then SIGKILL; `kill` is SIGKILL of the whole tree. */
    | { readonly op: "engine"; readonly action: "terminate" | "kill"; readonly node: string }
    /** `settings` take the place of those that the scenario began with, until the next start. */
    | {
        readonly op: "engine";
        readonly action: "start";
        readonly node: string;
        readonly settings?: Settings;
      }
    /**
     * The engine, which ran in an earlier version until now, is terminated and started in the next one, up to the version under test.
     * In the attempt that this one is compared with, the engines of all nodes start at the first upgrade, in the version under test.
     */
    | {
        readonly op: "upgrade";
        readonly node: string;
        /** `next`: to the version after the one that runs and no further. */
        readonly to?: "next";
      }
    /** The engine is terminated and started in the version before the one that runs; an upgrade brings it back. */
    | { readonly op: "downgrade"; readonly node: string }
    /** SIGTERM, and then the vendor's own clean-up: the node is to be as before the engine. */
    | { readonly op: "uninstall"; readonly node: string }
    /** The node boots: kernel state is gone, what others put there at boot stays, and the engine is a new process. */
    | { readonly op: "reboot"; readonly node: string }
    /** Somebody takes everything away by hand that the engine has put there, whether it runs or not. */
    | { readonly op: "clean-by-hand"; readonly node: string }
    /** Connections that last: from outside to `address`, led to `pod`, and from `pod` to the outside, as `address`. */
    | { readonly op: "plant-flows"; readonly node: string; readonly address: string; readonly pod: string }
    /** What becomes of the next exec on `node` whose command line names `about`. */
    | { readonly op: "exec-order"; readonly node: string; readonly about: string; readonly act: ExecAct }
    /** Waits until that exec is where its order wants it: held, done without an answer, failed. */
    | { readonly op: "exec-reached"; readonly node: string; readonly about: string }
    | { readonly op: "exec-release"; readonly node: string; readonly about: string }
    /** The gateway's pod of `node` is made anew: with the old one all that the engine wrote there is gone. */
    | { readonly op: "gateway-restart"; readonly node: string }
  ) & {
    /** What is waited before it, in ms: for schedules that were drawn, and for races whose gaps are the point. Else a scenario waits for states, never for time. */
    readonly afterMs?: number;
  };

/** A packet that shows what the rules do. */
export type TrafficCheck =
  /** A datagram from `pod` on `node` to a host outside of the cluster arrives with source `expectSource`. */
  | {
      readonly kind: "egress";
      readonly node: string;
      readonly pod: string;
      readonly expectSource: string;
    }
  /** A TCP connection from the pod `from` on `node` to port `port` of `pod` is answered by it, or by nobody. */
  | {
      readonly kind: "policy";
      readonly node: string;
      readonly from: string;
      readonly pod: string;
      readonly port: number;
      readonly isAllowed: boolean;
    }
  /** A TCP connection from `node` to `address`:`port` is answered by one of `backends`; by none where the list is empty. */
  | {
      readonly kind: "service";
      readonly node: string;
      readonly address: string;
      readonly port: number;
      readonly backends: readonly string[];
    }
  /** As `service`, and the connection comes from a host outside of the cluster. */
  | {
      readonly kind: "inbound";
      readonly node: string;
      readonly address: string;
      readonly port: number;
      readonly backends: readonly string[];
    }
  /** A host outside of the cluster finds `address`, the node's own, by its neighbour discovery (ARP, NDP), and by ICMP echo where there is a tool for it. */
  | { readonly kind: "reach"; readonly node: string; readonly address: string };

/**
 * A step: its operations in order, then the wait until `expect` holds and the state is quiet (or the
 * engine's worst case has passed), then a snapshot of every node, then the traffic, then the rest.
 */
export interface Step {
  /** kebab-case, unique in the scenario: it names the step in findings. */
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly expect: readonly Expectation[];
  readonly traffic?: readonly TrafficCheck[];
  /** Leaves the engines alone for so long, and records what they do: an observation, never a wait for something. */
  readonly observe?: { readonly forMs: number };
}

/** A node as a scenario sees it. */
export interface NodeRef {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/**
 * What a scenario draws its names and addresses from. Every call gives a value that was not given
 * before in this attempt; all of them derive from the attempt's seed.
 */
export interface World {
  readonly nodes: readonly [NodeRef, ...NodeRef[]];
  /** The networks of the cluster, as CIDRs. */
  readonly podCidr: string;
  readonly podCidr6: string;
  readonly serviceCidr: string;
  readonly serviceCidr6: string;
  name(prefix: string): string;
  /** A fresh pod on `node`. Its address answers TCP on every port. */
  pod(node: NodeRef, family?: 4 | 6): string;
  vip(family?: 4 | 6): string;
  clusterIp(family?: 4 | 6): string;
  nodePort(): number;
}

/** A short program of API operations, in terms of features, never of an engine. Free of I/O. */
export interface Scenario {
  /** Equals the file name; the key in reports. */
  readonly name: string;
  readonly title: string;
  /** The profile area. */
  readonly feature: FeatureName;
  /** Further features without which it makes no sense; and what the kernel of its nodes must have: where this machine's has not, its nodes are guests. */
  readonly needs?: readonly (FeatureName | KernelFeature)[];
  readonly nodes: number;
  readonly settings: Settings;
  /** Where the requirement comes from: upstream issues, specifications. */
  readonly sources: readonly string[];
  /** Engines start on every node before the first step, unless false: then steps start them. */
  readonly startEngines?: boolean;
  /** It upgrades the engine from the versions that the run was given: `--engine NAME@EARLIER..VERSION`. */
  readonly upgrades?: true;
  /** What the nodes' interface to the cluster is called; `eth0` where absent. */
  readonly interface?: string;
  /** A virtual server of somebody else leads to the API server at each of the nodes' own addresses; it is there before the engine, on a kernel with `ip_vs`. */
  readonly foreignApiServer?: true;
  /** Another engine, which claims one of these, is on every node before the engine, and stays up: two that know nothing of each other. */
  readonly beside?: readonly FeatureName[];
  /** Routing tables of somebody else, with a route each, that are there before the engine. */
  readonly foreignRouteTables?: readonly number[];
  steps(world: World): readonly Step[];
  /** An object that the engine must still program and remove after all steps: a dead engine leaks nothing. */
  canary(world: World): {
    /** What `object` builds on; there before it, and deleted with all the rest. */
    readonly needs?: readonly FeatureObject[];
    readonly object: FeatureObject;
    readonly expect: readonly Intent[];
  };
}
