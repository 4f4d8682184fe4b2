import type { KubeObject } from "../model/objects.ts";
import type { StateItem } from "../model/state.ts";
import { parseIpsetSave } from "../state/ipset.ts";
import { parseIptablesSave } from "../state/iptables.ts";
import { parseRoutes } from "../state/routes.ts";
import { auditNodes, type AuditReport } from "./audit.ts";
import type { EngineSigns } from "./engine-signs.ts";
import type { UpstreamIssue } from "./finding.ts";
import { indexObjects } from "./live-objects.ts";

/** Objects and states of tests: a Service `shop/web`, 10.96.0.10:80, with one pod 10.244.0.5:8080 on node1, unless said otherwise. */

export function serviceObject(
  spec: Readonly<Record<string, unknown>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop", ...metadata },
    spec: {
      type: "ClusterIP",
      clusterIP: "10.96.0.10",
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
      ...spec,
    },
  };
}

export function sliceObject(addresses: readonly string[] = ["10.244.0.5"], service = "web"): KubeObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${service}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": service } },
    endpoints: addresses.map((address) => ({
      addresses: [address],
      nodeName: "node1",
      conditions: { ready: true },
    })),
    ports: [{ name: "http", protocol: "TCP", port: 8080 }],
  };
}

export function nodeObject(address = "172.30.1.10"): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node1" },
    spec: { podCIDRs: ["10.244.0.0/24"] },
    status: { addresses: [{ type: "InternalIP", address }] },
  };
}

export function podObject(name: string, address: string, image = "registry.k8s.io/pause:3"): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop" },
    spec: { nodeName: "node1", containers: [{ name: "main", image }] },
    status: { podIP: address },
  };
}

/** Items of rules of one table, as iptables-save prints them; chains are declared as they come. */
export function rules(
  table: string,
  lines: readonly string[],
  family: "iptables-nft" | "iptables-legacy" | "ip6tables-nft" | "ip6tables-legacy" = "iptables-nft",
): readonly StateItem[] {
  const builtIn = new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);
  const chains = [...new Set(lines.map((line) => line.split(" ")[1] ?? ""))];
  const declared = chains.map((chain) => `:${chain} ${builtIn.has(chain) ? "ACCEPT" : "-"} [0:0]`);
  const text = [`*${table}`, ...declared, ...lines.filter((line) => line.startsWith("-A ")), "COMMIT", ""];
  return parseIptablesSave(family, text.join("\n")).items;
}

export function ipsets(text: string): readonly StateItem[] {
  return parseIpsetSave(text);
}

export function hostRoute(address: string, table = 198, protocol = "248"): readonly StateItem[] {
  const route = { type: "unicast", dst: address, dev: "eth0", protocol, scope: "global", table, flags: [] };
  return parseRoutes(4, JSON.stringify([route]));
}

/** One look at one node, judged with the signs of one engine, which is installed. */
export function auditOf(
  signs: EngineSigns,
  items: readonly StateItem[],
  objects: readonly KubeObject[],
  options: {
    readonly given?: readonly string[];
    readonly issues?: ReadonlyMap<string, UpstreamIssue>;
    /** Kinds that were asked for, and of which there is nothing. */
    readonly asked?: readonly string[];
  } = {},
): AuditReport {
  const live = indexObjects(objects, { ownAnnotations: signs.ownAnnotations });
  return auditNodes(
    [{ sights: [{ name: "node1", nodeObject: "node1", items }] }],
    {
      signs: [signs],
      live,
      given: options.given ?? [signs.name],
      issues: new Map([[signs.name, options.issues ?? new Map()]]),
    },
    {
      seenKinds: new Set([...objects.map(({ kind }) => kind), ...(options.asked ?? [])]),
      now: Date.parse("2026-11-22T12:00:00Z"),
      problems: [],
    },
  );
}

/** What an audit found, short: `orphan names 10.244.0.9, which no object names`. */
export function told(report: AuditReport): readonly string[] {
  return report.findings.map(({ kind, why }) => `${kind} ${why}`);
}
