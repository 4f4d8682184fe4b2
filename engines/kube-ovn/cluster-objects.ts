import { parseAllDocuments } from "yaml";
import type { EngineHost } from "../../harness/model/engine.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import { rangeOfCidr, textOfAddress } from "../../harness/run/address-range.ts";
import { group, names } from "./names.ts";

/** The objects of a file of definitions. */
export function parseDefinitions(text: string): readonly KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as KubeObject | null;
    return object?.kind === "CustomResourceDefinition" ? [object] : [];
  });
}

/** The kind by which pods are attached to further networks: as much of it as the controller reads. */
export const attachmentDefinition: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "network-attachment-definitions.k8s.cni.cncf.io" },
  spec: {
    group: "k8s.cni.cncf.io",
    scope: "Namespaced",
    names: {
      kind: "NetworkAttachmentDefinition",
      plural: "network-attachment-definitions",
      singular: "network-attachment-definition",
    },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { config: { type: "string" } } } },
          },
        },
      },
    ],
  },
};

/** What must be there before the controller starts. */
export function settingsOfGateways(): readonly KubeObject[] {
  const { namespace, external } = names;
  const configMap = (name: string, data: Readonly<Record<string, string>>): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data,
  });
  const config = {
    cniVersion: "0.3.0",
    type: "macvlan",
    master: "eth0",
    mode: "bridge",
    ipam: { type: "kube-ovn", provider: `${external}.${namespace}` },
  };
  return [
    configMap("ovn-vpc-nat-gw-config", { "enable-vpc-nat-gw": "true" }),
    configMap("ovn-vpc-nat-config", { image: "leakproof.dev/vpc-nat-gateway" }),
    {
      apiVersion: "k8s.cni.cncf.io/v1",
      kind: "NetworkAttachmentDefinition",
      metadata: { name: external, namespace },
      spec: { config: JSON.stringify(config) },
    },
  ];
}

/** The address of a network that counts from its first, or from its last. */
export function hostOf(cidr: string, offset: number): string {
  const { family, first, size } = rangeOfCidr(cidr);
  return textOfAddress(family, offset < 0 ? first + size + BigInt(offset) : first + BigInt(offset));
}

/** The outer network, on which elastic addresses are, and the VPC of the pods. */
export function networksOf({ networks }: EngineHost): {
  readonly external: KubeObject;
  readonly vpc: KubeObject;
  readonly subnet: KubeObject;
} {
  const gateway = (cidr: string): string => hostOf(cidr, 1);
  const subnet = (name: string, cidrBlock: string, rest: object): KubeObject => ({
    apiVersion: group,
    kind: "Subnet",
    metadata: { name },
    spec: {
      protocol: "IPv4",
      cidrBlock,
      gateway: gateway(cidrBlock),
      excludeIps: [gateway(cidrBlock)],
      ...rest,
    },
  });
  const provider = `${names.external}.${names.namespace}`;
  return {
    external: subnet(names.external, networks.vipCidr, { provider }),
    vpc: { apiVersion: group, kind: "Vpc", metadata: { name: names.vpc }, spec: { namespaces: [] } },
    subnet: subnet(names.subnet, networks.podCidr, { vpc: names.vpc, default: false, natOutgoing: false }),
  };
}

export function gatewayObject({ networks }: EngineHost): KubeObject {
  return {
    apiVersion: group,
    kind: "VpcNatGateway",
    metadata: { name: names.gateway },
    spec: {
      vpc: names.vpc,
      subnet: names.subnet,
      lanIp: hostOf(networks.podCidr, -2),
      externalSubnets: [names.external],
      selector: [],
    },
  };
}
