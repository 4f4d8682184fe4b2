/** A Kubernetes object as it is sent to the API. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Identifies an object among all objects of a cluster: `Service lp-a1/web`. */
export function objectName(object: Pick<KubeObject, "kind" | "metadata">): string {
  const { name, namespace } = object.metadata;
  return namespace === undefined ? `${object.kind} ${name}` : `${object.kind} ${namespace}/${name}`;
}

/** TCP port on which pods with a floating address answer. */
export const floatingIpProbePort = 8080;

/** One ready pod behind a service. */
export interface Backend {
  /** Pod address, v4 or v6. */
  readonly address: string;
  /** Name of the node that the pod runs on. */
  readonly node: string;
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  /** Port that the pods answer on. */
  readonly targetPort: number;
  readonly nodePort?: number;
}

/** Packets to one port, wherever they go. */
export interface EgressPort {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}
/** The port of Services that are about their VIP. */
export const addressServicePort: ServicePort = { name: "http", protocol: "TCP", port: 80, targetPort: 8080 };

/** A pod that is an object of the API: engines look up by it whom a policy is about. */
export interface PolicyPod extends Backend {
  readonly name: string;
  /** Address of its node. */
  readonly hostAddress: string;
}

/**
 * What a scenario creates, in terms of features. The engine's adapter renders it to Kubernetes objects
 * (its own annotations included); `name` is unique within an attempt.
 */
export type FeatureObject =
  /** Traffic that leaves the cluster from `backends` carries the address `vip` as its source. */
  | {
      readonly kind: "egress-service";
      readonly name: string;
      /** v4 or v6; the backends' addresses are of the same family. */
      readonly vip: string;
      readonly backends: readonly Backend[];
      /** It is about packets to these ports alone; about all where absent. */
      readonly ports?: readonly [EgressPort, ...EgressPort[]];
      /** The Service is of type ClusterIP, whatever else it says of a VIP: nothing of it leaves the cluster. */
      readonly isInternal?: true;
    }
  /** A host route to `vip` is announced by nodes that have a backend. */
  | {
      readonly kind: "routed-service";
      readonly name: string;
      readonly vip: string;
      readonly backends: readonly Backend[];
      /** The Service is of type ClusterIP, whatever else it says of a VIP: nobody outside is to reach it. */
      readonly isInternal?: true;
    }
  /** One of the nodes that have a backend holds `vip` on its interface to the cluster. */
  | {
      readonly kind: "address-service";
      readonly name: string;
      readonly vip: string;
      /** Where it is given, the pods answer on `addressServicePort`. */
      readonly clusterIp?: string;
      readonly backends: readonly Backend[];
      /** The Service is of type ClusterIP, whatever else it says of a VIP: no node is to hold it. */
      readonly isInternal?: true;
    }
  /** A plain Kubernetes Service with pinned addresses and ports. */
  | {
      readonly kind: "service";
      readonly name: string;
      readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
      /** v4 or v6; the backends' addresses are of the same family, unless there is another one. */
      readonly clusterIp: string;
      /** Of the other family: the Service has both, and backends of both. */
      readonly otherClusterIp?: string;
      /** Addresses from elsewhere that lead to it as well. */
      readonly externalIps?: readonly string[];
      readonly loadBalancerIp?: string;
      readonly ports: readonly ServicePort[];
      readonly backends: readonly Backend[];
    }
  /** `clients` may connect to `port` (TCP) of `pods`, and nobody else may connect to them at all. */
  | {
      readonly kind: "pod-policy";
      readonly name: string;
      readonly pods: readonly PolicyPod[];
      readonly clients: readonly PolicyPod[];
      readonly port: number;
    }
  /** A kube-controller-manager pod in kube-system whose flags name the cluster's CIDRs, as engines discover them. */
  | {
      readonly kind: "cluster-cidrs";
      readonly name: string;
      readonly podCidr: string;
      readonly serviceCidr: string;
    }
  /** An address of the gateway on `node`, for the rules below, which name it by `name`. */
  | {
      readonly kind: "elastic-ip";
      readonly name: string;
      readonly node: string;
      readonly address: string;
    }
  /** The pod has the whole address for itself, both ways. */
  | {
      readonly kind: "floating-ip";
      readonly name: string;
      /** What it is called in the API, where that is what another object is called too. */
      readonly objectName?: string;
      readonly node: string;
      readonly elasticIp: string;
      readonly pod: string;
    }
  /** What `cidr` sends leaves with the address. */
  | {
      readonly kind: "source-nat";
      readonly name: string;
      readonly node: string;
      readonly elasticIp: string;
      readonly cidr: string;
    }
  /** One TCP port of the address leads to one of the pod. */
  | {
      readonly kind: "port-forward";
      readonly name: string;
      readonly node: string;
      readonly elasticIp: string;
      readonly port: number;
      readonly pod: string;
      readonly podPort: number;
    };
