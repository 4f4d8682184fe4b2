import {
  addressServicePort as probePort,
  type Backend,
  type FeatureObject,
  type KubeObject,
  type PolicyPod,
  type ServicePort,
} from "../harness/model/objects.ts";

/**
 * Kubernetes objects for feature objects, as adapters render them that need nothing special. Nothing
 * is left to chance by the API server: no node port, no cluster address where one is given.
 */

type FeatureOf<K extends FeatureObject["kind"]> = Extract<FeatureObject, { kind: K }>;

interface Place {
  readonly name: string;
  readonly namespace: string;
}

/** A Service, of type LoadBalancer unless it is internal, that asks for egress, a route or an address by annotations, with its EndpointSlice. */
export function annotatedService(
  object: FeatureOf<"egress-service" | "routed-service" | "address-service">,
  namespace: string,
  annotations: Readonly<Record<string, string>>,
  externalTrafficPolicy: "Cluster" | "Local" = "Cluster",
): readonly KubeObject[] {
  const { name, vip, backends, isInternal } = object;
  // As after a change of nothing but the type: the API server takes fields that it has no place for away itself.
  const type = isInternal
    ? { type: "ClusterIP" }
    : { type: "LoadBalancer", externalTrafficPolicy, allocateLoadBalancerNodePorts: false };
  const clusterIP = object.kind === "address-service" ? object.clusterIp : undefined;
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, annotations },
    spec: {
      ...type,
      ...(clusterIP === undefined ? {} : { clusterIP }),
      loadBalancerIP: vip,
      ports: [probePort],
    },
  };
  return [service, endpointSlice({ name, namespace }, backends, [probePort], vip)];
}

const isIpv6 = (address: string): boolean => address.includes(":");

/** What says that a Service is of IPv6, or of both families; of IPv4 alone it is by itself. */
function familiesOf({ clusterIp, otherClusterIp }: FeatureOf<"service">): object {
  const clusterIPs = [clusterIp, ...(otherClusterIp === undefined ? [] : [otherClusterIp])];
  if (clusterIPs.length === 1 && !isIpv6(clusterIp)) return {};
  const ipFamilies = clusterIPs.map((address) => (isIpv6(address) ? "IPv6" : "IPv4"));
  const ipFamilyPolicy = clusterIPs.length === 1 ? "SingleStack" : "RequireDualStack";
  return { clusterIPs, ipFamilies, ipFamilyPolicy };
}

/** One slice; of a Service of both families one each, since a slice is of one. */
function slicesOf(object: FeatureOf<"service">, namespace: string): readonly KubeObject[] {
  const { name, clusterIp, otherClusterIp, backends, ports } = object;
  const place = { name, namespace };
  if (otherClusterIp === undefined) return [endpointSlice(place, backends, ports, clusterIp)];
  const of = (address: string): readonly Backend[] =>
    backends.filter((backend) => isIpv6(backend.address) === isIpv6(address));
  const other = { ...place, slice: `${name}-other` };
  return [
    endpointSlice(place, of(clusterIp), ports, clusterIp),
    endpointSlice(other, of(otherClusterIp), ports, otherClusterIp),
  ];
}

/** A Service with pinned addresses and ports, with its EndpointSlices. */
export function plainService(object: FeatureOf<"service">, namespace: string): readonly KubeObject[] {
  const { name, type, clusterIp, externalIps, loadBalancerIp, ports } = object;
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: {
      type,
      clusterIP: clusterIp,
      ...familiesOf(object),
      ...(externalIps === undefined ? {} : { externalIPs: externalIps }),
      ...(loadBalancerIp === undefined ? {} : { loadBalancerIP: loadBalancerIp }),
      ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: false } : {}),
      ports,
    },
  };
  return [service, ...slicesOf(object, namespace)];
}

/** The kube-controller-manager pod from whose flags engines read the cluster's networks. */
export function clusterCidrsPod(object: FeatureOf<"cluster-cidrs">): KubeObject {
  const flags = [`--cluster-cidr=${object.podCidr}`, `--service-cluster-ip-range=${object.serviceCidr}`];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `kube-controller-manager-${object.name}`,
      namespace: "kube-system",
      labels: { component: "kube-controller-manager", tier: "control-plane" },
    },
    spec: {
      containers: [
        {
          name: "kube-controller-manager",
          image: "registry.k8s.io/kube-controller-manager",
          command: ["kube-controller-manager", ...flags],
        },
      ],
    },
  };
}

/** Who is protected, and who may come, by label; the policy's name tells its pods from those of others. */
const labels = { guarded: "leakproof.dev/guarded-by", client: "leakproof.dev/client-of" } as const;

/** A pod as its kubelet would report it: it runs, with its address. */
function runningPod(pod: PolicyPod, namespace: string, label: string, policy: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.name, namespace, labels: { [label]: policy } },
    spec: {
      nodeName: pod.node,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image: "registry.k8s.io/pause" }],
    },
    status: {
      phase: "Running",
      hostIP: pod.hostAddress,
      podIP: pod.address,
      podIPs: [{ ip: pod.address }],
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}

/** A NetworkPolicy, with the pods that it protects and those that it lets in. */
export function networkPolicy(object: FeatureOf<"pod-policy">, namespace: string): readonly KubeObject[] {
  const { name, pods, clients, port } = object;
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: { [labels.guarded]: name } },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { [labels.client]: name } } }],
          ports: [{ protocol: "TCP", port }],
        },
      ],
    },
  };
  return [
    policy,
    ...pods.map((pod) => runningPod(pod, namespace, labels.guarded, name)),
    ...clients.map((pod) => runningPod(pod, namespace, labels.client, name)),
  ];
}

/** The backends of a Service in the form that v1.32 and older know, for engines that read it. */
export function endpoints(
  object: { readonly name: string; readonly backends: readonly Backend[] },
  namespace: string,
  ports: readonly ServicePort[] = [probePort],
): KubeObject {
  const addresses = object.backends.map(({ address, node }) => ({ ip: address, nodeName: node }));
  const named = ports.map(({ name, protocol, targetPort }) => ({ name, protocol, port: targetPort }));
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: object.name, namespace },
    subsets: addresses.length === 0 ? [] : [{ addresses, ports: named }],
  };
}

function endpointSlice(
  { name, namespace, slice = name }: Place & { readonly slice?: string },
  backends: readonly Backend[],
  ports: readonly ServicePort[],
  serviceAddress: string,
): KubeObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: slice, namespace, labels: { "kubernetes.io/service-name": name } },
    // The type of a slice cannot be changed, so it follows the Service's address, not whoever is behind it today.
    addressType: serviceAddress.includes(":") ? "IPv6" : "IPv4",
    endpoints: backends.map(({ address, node }) => ({
      addresses: [address],
      nodeName: node,
      conditions: { ready: true, serving: true, terminating: false },
    })),
    ports: ports.map((port) => ({ name: port.name, protocol: port.protocol, port: port.targetPort })),
  };
}
