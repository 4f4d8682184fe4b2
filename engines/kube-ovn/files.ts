import type { EngineNeeds } from "../../harness/model/engine.ts";

/** What of the vendor's the adapter needs beside the program; none of it is part of this project. */
export const files = {
  crds: "kube-ovn-crd.yaml",
  script: "nat-gateway.sh",
  northbound: "ovn-nb.ovsschema",
  southbound: "ovn-sb.ovsschema",
} as const;

const vendorFiles: EngineNeeds["files"] = [
  {
    name: files.crds,
    what: "the release's CustomResourceDefinitions (charts/kube-ovn/templates/kube-ovn-crd.yaml)",
  },
  {
    name: files.script,
    what: "the gateway's script (/kube-ovn/nat-gateway.sh of the image vpc-nat-gateway)",
  },
  {
    name: files.northbound,
    what: "the schema of OVN's northbound database (/usr/share/ovn of the image kube-ovn)",
  },
  {
    name: files.southbound,
    what: "the schema of OVN's southbound database (/usr/share/ovn of the image kube-ovn)",
  },
];

export const needs: EngineNeeds = {
  files: vendorFiles,
  tools: [
    { name: "ovsdb-tool", package: "openvswitch-common" },
    { name: "ovsdb-server", package: "openvswitch-common" },
    { name: "ovn-nbctl", package: "ovn-common" },
    { name: "ovn-sbctl", package: "ovn-common" },
    { name: "arping", package: "iputils-arping" },
  ],
};
