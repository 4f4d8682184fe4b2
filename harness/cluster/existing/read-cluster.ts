import { listAt, numberAt, textAt, textsAt } from "../../audit/fields.ts";
import type { KubeApi } from "../../kube/client.ts";
import type { NodeRef } from "../../model/scenario.ts";
import type { TheirCluster } from "../cluster.ts";
import type { ClusterNetwork } from "../sandbox/addresses.ts";
import { readNetwork } from "../../state/address.ts";
import { listObjects, nameOf } from "./list.ts";

/** What an attempt has to know of a cluster that somebody else has made. */
export interface ReadCluster extends Pick<TheirCluster, "networks" | "taken"> {
  readonly network: ClusterNetwork;
}

/**
 * What a run draws from: networks for benchmarks and for documentation, which are nobody's. No packet is sent to
 * them; whatever an engine makes of them leads nobody astray.
 */
const nobodys = {
  podCidr: "198.18.0.0/16",
  vipCidr: "198.19.0.0/16",
  podCidr6: "2001:db8:18::/48",
  vipCidr6: "2001:db8:19::/64",
} as const;

const serviceCidrsPath = "/apis/networking.k8s.io/v1/servicecidrs";

function apiPort(server: string): number {
  const port = new URL(server).port;
  return port === "" ? 443 : Number(port);
}

/** Words of a flag or of a file that are networks. */
function networksIn(text: string): readonly string[] {
  return text
    .split(/[^0-9a-fA-F:./]+/)
    .filter((word) => word.includes("/") && readNetwork(word) !== undefined);
}

/** Networks that flags name: of the engine's containers, and of what configures them. */
async function namedByFlags(api: KubeApi, pods: readonly unknown[]): Promise<readonly string[]> {
  const texts: string[] = [];
  const maps = new Set<string>();
  for (const pod of pods) {
    for (const container of listAt(pod, "spec", "containers")) {
      texts.push(...textsAt(container, "command"), ...textsAt(container, "args"));
      texts.push(...listAt(container, "env").flatMap((each) => textAt(each, "value") ?? []));
    }
    const namespace = textAt(pod, "metadata", "namespace") ?? "";
    for (const volume of listAt(pod, "spec", "volumes")) {
      const name = textAt(volume, "configMap", "name");
      if (name !== undefined) maps.add(`/api/v1/namespaces/${namespace}/configmaps/${name}`);
    }
  }
  for (const path of maps) {
    const { status, body } = await api.request("GET", path);
    if (status === 200) texts.push(JSON.stringify(body));
  }
  return texts.flatMap(networksIn);
}

/**
 * Reads what is there.
 *
 * @param server - URL of the API server
 * @param enginePods - of the engine under test
 * @throws {HarnessError} `cluster/api-failed`
 */
export async function readCluster(
  api: KubeApi,
  server: string,
  enginePods: readonly unknown[],
): Promise<ReadCluster> {
  const [services, nodes, serviceCidrs, kubernetes, endpoints, flags] = await Promise.all([
    listObjects(api, "/api/v1/services"),
    listObjects(api, "/api/v1/nodes"),
    listObjects(api, serviceCidrsPath),
    api.request("GET", "/api/v1/namespaces/default/services/kubernetes"),
    listObjects(
      api,
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes",
    ),
    namedByFlags(api, enginePods),
  ]);
  const ranges = serviceCidrs.flatMap((each) => textsAt(each, "spec", "cidrs"));
  const ofFamily = (v6: boolean): string => ranges.find((cidr) => cidr.includes(":") === v6) ?? "";
  const apiHost = endpoints.flatMap((slice) =>
    listAt(slice, "endpoints").flatMap((each) => textsAt(each, "addresses")),
  )[0];
  const podRanges = nodes.flatMap((node) => textsAt(node, "spec", "podCIDRs"));
  return {
    network: {
      ...nobodys,
      bridge: "",
      gateway4: "",
      gateway6: "",
      apiHost4: apiHost ?? "",
      prefix4: 24,
      prefix6: 64,
      outside4: "",
      outside6: "",
      serviceCidr: ofFamily(false),
      serviceCidr6: ofFamily(true),
      apiServiceIp: textAt(kubernetes.body, "spec", "clusterIP") ?? "",
      ports: { etcd: 0, etcdPeer: 0, api: apiPort(server), proxy: 0 },
    },
    networks: [
      ...podRanges.map((cidr) => ({ cidr, what: "pod network of a node" })),
      ...[...new Set(flags)].map((cidr) => ({ cidr, what: "named by the engine's configuration" })),
    ],
    taken: {
      addresses: new Set(services.flatMap((each) => textsAt(each, "spec", "clusterIPs"))),
      nodePorts: new Set(
        services.flatMap((each) => [
          ...listAt(each, "spec", "ports").flatMap((port) => numberAt(port, "nodePort") ?? []),
          ...[numberAt(each, "spec", "healthCheckNodePort") ?? []].flat(),
        ]),
      ),
    },
  };
}

/** A node as the API tells of it. */
interface ListedNode {
  readonly ref: NodeRef;
  /** `Linux 6.1.0-18-amd64` */
  readonly kernel: string;
}

/** The Linux nodes of a cluster, by name. */
export async function listNodeRefs(api: KubeApi): Promise<readonly ListedNode[]> {
  const nodes = await listObjects(api, "/api/v1/nodes");
  return nodes
    .filter((node) => textAt(node, "metadata", "labels", "kubernetes.io/os") !== "windows")
    .map((node) => {
      const internal = listAt(node, "status", "addresses")
        .filter((each) => textAt(each, "type") === "InternalIP")
        .flatMap((each) => textAt(each, "address") ?? []);
      const kernel = textAt(node, "status", "nodeInfo", "kernelVersion");
      return {
        ref: {
          name: nameOf(node),
          ipv4: internal.find((address) => !address.includes(":")) ?? "",
          ipv6: internal.find((address) => address.includes(":")) ?? "",
        },
        kernel: kernel === undefined ? "Linux" : `Linux ${kernel}`,
      };
    })
    .toSorted((a, b) => a.ref.name.localeCompare(b.ref.name));
}
