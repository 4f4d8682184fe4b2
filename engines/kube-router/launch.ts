import type { LaunchRequest, LaunchSpec } from "../../harness/model/engine.ts";
import { eraOfSelection } from "./options.ts";

const kubeconfig = "kubeconfig";

/** The API server's default; the flag wants a dash in all releases. */
const nodePorts = "30000-32767";

function flag(name: string, value: string): string {
  return `--${name}=${value}`;
}

/** Families that it works for, where its release can choose: IPv4 alone unless the scenario is about both. */
function familyFlags({ settings }: LaunchRequest): Readonly<Record<string, string>> {
  const { nodeFamilies: families = [4] } = settings;
  return {
    "enable-ipv4": String(families.includes(4)),
    "enable-ipv6": String(families.includes(6)),
  };
}

/** The allocator of addresses for Services of type LoadBalancer. */
function poolFlags({ settings }: LaunchRequest): Readonly<Record<string, string>> {
  const { addressPool } = settings;
  if (addressPool === undefined) return {};
  return { "run-loadbalancer": "true", "loadbalancer-ip-range": addressPool };
}

/** Virtual servers that are none of its own are taken away, but for those in these networks. */
function excluded({ settings, selection, node }: LaunchRequest): Readonly<Record<string, string>> {
  if (settings.excludesNodeAddresses === undefined) return {};
  const given = selection.options["excluded-cidrs"];
  const all = [...(given === undefined ? [] : [given]), `${node.ipv4}/32`, `${node.ipv6}/128`];
  return { "excluded-cidrs": all.join(",") };
}

function serviceNetworks({ settings, serviceCidr, serviceCidr6 }: LaunchRequest): string {
  const { nodeFamilies: families = [4] } = settings;
  return families.map((family) => (family === 4 ? serviceCidr : serviceCidr6)).join(",");
}

/** kube-router with its network policies, and with its service proxy where the variant says so. */
export function launch(request: LaunchRequest): LaunchSpec {
  const era = eraOfSelection(request.selection);
  const flags: Readonly<Record<string, string>> = {
    kubeconfig: `${request.home}/${kubeconfig}`,
    "hostname-override": request.node.name,
    "run-router": "false",
    "run-service-proxy": String(request.selection.variant === "service-proxy"),
    "run-firewall": "true",
    "service-cluster-ip-range": serviceNetworks(request),
    "service-node-port-range": nodePorts,
    // 0 turns it off: the default port may be taken.
    "health-port": "0",
    "cache-sync-timeout": "30s",
    // The end of a sync is told from level 1 on.
    v: "2",
    ...(era.choosesFamilies ? familyFlags(request) : {}),
    ...(era.allocates ? poolFlags(request) : {}),
    // External addresses of scenarios are of no range.
    ...(era.validatesExternalIps ? { "strict-external-ip-validation": "false" } : {}),
    ...request.selection.options,
    ...excluded(request),
  };
  return {
    argv: [request.program, ...Object.entries(flags).map(([name, value]) => flag(name, value))],
    env: {
      NODE_NAME: request.node.name,
      // The allocator's lease is in this namespace, and held by this name.
      ...(request.settings.addressPool === undefined
        ? {}
        : {
            POD_NAME: request.node.name,
            POD_NAMESPACE: request.settings.engineNamespace ?? "kube-system",
          }),
    },
    files: { [kubeconfig]: request.kubeconfig },
    hostname: request.node.name,
  };
}

/** What the vendor has to take kube-router off a node; it asks no API server. */
export function uninstall({ program, node }: LaunchRequest): LaunchSpec {
  return {
    argv: [program, "--cleanup-config", flag("hostname-override", node.name), "--v=2"],
    env: { NODE_NAME: node.name },
    files: {},
    hostname: node.name,
  };
}
