import { fileURLToPath } from "node:url";
import { adviseName } from "../../harness/run/did-you-mean.ts";
import type {
  ClusterFacts,
  Engine,
  EngineAccess,
  EngineProfile,
  EngineSelection,
  KeptItem,
  LaunchRequest,
  LaunchSpec,
  RenderContext,
} from "../../harness/model/engine.ts";
import type { EgressPort, FeatureObject, KubeObject } from "../../harness/model/objects.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { apiServerKeeps, apiServerPort } from "../api-server-items.ts";
import { annotatedService, clusterCidrsPod, networkPolicy, plainService } from "../kubernetes-objects.ts";
import { inputChain, serviceComments } from "./input.ts";
import { renderGatewayObject } from "./gateway/render.ts";
import { surroundings } from "./gateway/surroundings.ts";
import { match } from "./match.ts";
import { mutants } from "./mutants/all.ts";
import { annotations } from "./objects.ts";
import { proxyKeeps } from "./proxy/keeps.ts";
import { accessObjects, serviceAccount } from "./rbac.ts";

const backends = ["nft", "legacy"] as const;
const options = ["backend", "mutant"] as const;

function problems({ version, options: given }: EngineSelection): readonly string[] {
  const found: string[] = [];
  if (version !== undefined && !Object.hasOwn(serviceComments, version))
    found.push(
      `it is part of this project: leave "@${version}" out, or take v1..v2 or v1..v2..v3, which differ in the words of one rule and in the label of addresses.`,
    );
  for (const [key, value] of Object.entries(given)) {
    const known = { backend: backends, mutant: mutants.map(({ name }) => name) };
    if (key !== "backend" && key !== "mutant") {
      found.push(`it has no option "${key}". ${adviseName(key, options)}`);
    } else if (!known[key].some((name) => name === value)) {
      found.push(`"${value}" is no ${key} of it. ${adviseName(value, known[key])}`);
    }
  }
  return found;
}

/** What is there with policies, whether there are any or not. */
function inputKeeps(version = "v2"): readonly KeptItem[] {
  const place = { families: ["iptables-nft", "iptables-legacy"], table: "filter" } as const;
  const reason = "is there as long as the engine is, and names no pod";
  const words = Object.entries(serviceComments).find(([name]) => name === version)?.[1] ?? "";
  return [
    { ...place, title: "chain for what comes in", kinds: ["chain"], chain: inputChain, reason },
    {
      ...place,
      title: "jump to the chain for what comes in",
      kinds: ["rule"],
      chain: "INPUT|FORWARD",
      text: ` -j ${inputChain}$`,
      reason,
    },
    {
      ...place,
      title: "answers",
      kinds: ["rule"],
      chain: inputChain,
      text: "--ctstate RELATED,ESTABLISHED -j RETURN$",
      reason,
    },
    {
      ...place,
      title: "exemption of the network of the services",
      kinds: ["rule"],
      chain: inputChain,
      text: `--comment "?${words}"? -j RETURN$`,
      reason,
    },
  ];
}

/** Where there are virtual servers the node may be a guest that is emulated. */
const emulatedMs = 10_000;

/** A lease of somebody who is gone is free after 5 s. */
function slownessMs({ natGateway, serviceProxy, serviceAddresses, balancesControlPlane }: Settings): number {
  // An exec without an answer is given up after 4 s.
  if (natGateway === true || serviceProxy === "ipvs") return 5_000 + emulatedMs;
  // Changes take milliseconds; a broken watch is back after 1 s.
  const leaseMs = serviceAddresses === true ? 12_000 : 5_000;
  return balancesControlPlane ? leaseMs + emulatedMs : leaseMs;
}

/** It is there as long as somebody is to hold it. */
function controlPlaneKeeps({ controlPlaneVip, balancesControlPlane }: Settings): readonly KeptItem[] {
  if (controlPlaneVip === undefined) return [];
  const reason = "is the address of the API server, and no object's";
  const tokens = [parseNetwork(controlPlaneVip)];
  return [
    { title: "address of the API server", families: ["address"], tokens, reason, endsWithEngine: true },
    ...(balancesControlPlane ? [apiServerKeeps(controlPlaneVip)] : []),
  ];
}

function profile(
  { version }: EngineSelection,
  cluster?: ClusterFacts,
  settings: Settings = {},
): EngineProfile {
  return {
    features: [
      "egress",
      "egress-ipv6",
      "egress-cidr-discovery",
      "egress-ports",
      "route-table",
      "service-address",
      "control-plane-address",
      "control-plane-balancing",
      "policy-input",
      "leader-election",
      "fip-nat",
      "ipvs-service",
      "uninstall",
      "settings-change",
    ],
    keeps: [
      {
        title: "built-in chains of the tables mangle, nat and filter",
        families: ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"],
        kinds: ["policy"],
        chain: "PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING",
        text: "ACCEPT",
        reason: "iptables makes them with the first rule of a table, and they may be in use by others",
      },
      ...inputKeeps(version),
      ...(settings.serviceProxy === undefined ? [] : proxyKeeps(settings, cluster)),
      ...controlPlaneKeeps(settings),
    ],
    keepsObjects:
      settings.controlPlaneVip === undefined
        ? []
        : [
            {
              kind: "Lease",
              name: `leakproof-${settings.controlPlaneVip}`,
              reason: "says who holds the address of the API server, which is no object's",
            },
          ],
    constants: [],
    sharedRoutes: { table: 200, protocol: 200 },
    exit: { policy: "cleans", except: [] },
    worstCaseMs: slownessMs(settings),
    settleMs: settings.serviceProxy === "ipvs" || settings.balancesControlPlane ? 2_500 : 600,
  };
}

function access(settings: Settings, selection: EngineSelection): EngineAccess {
  const namespace = settings.engineNamespace ?? "kube-system";
  // The engine writes nothing to the API; some mutants do.
  const mutant = mutants.find(({ name }) => name === selection.options["mutant"]);
  return {
    namespace,
    serviceAccount,
    objects: accessObjects(namespace, settings, mutant?.rights ?? []),
  };
}

function launch(request: LaunchRequest): LaunchSpec {
  const { selection, settings, home, node } = request;
  const { pod, service } = settings.egressCidrs ?? {};
  const { nodeFamilies: families = [4, 6] } = settings;
  const optional = {
    REFERENCE_BACKEND: settings.tables ?? selection.options["backend"],
    REFERENCE_MUTANT: selection.options["mutant"],
    REFERENCE_ROUTE_TABLE: settings.routeTable?.toString(),
    REFERENCE_CIDRS: pod === undefined || service === undefined ? undefined : `${pod},${service}`,
    REFERENCE_LEADER_ELECTION: settings.leaderElection?.toString(),
    REFERENCE_SERVICES: settings.networkPolicies ? request.serviceCidr : undefined,
    REFERENCE_VERSION: selection.version,
    REFERENCE_ADDRESSES: settings.serviceAddresses?.toString(),
    REFERENCE_CONTROL_PLANE_VIP: settings.controlPlaneVip,
    REFERENCE_BALANCED_PORT: settings.balancesControlPlane ? String(apiServerPort) : undefined,
    REFERENCE_GATEWAY: settings.natGateway?.toString(),
    REFERENCE_PROXY: settings.serviceProxy,
    REFERENCE_NODE_ADDRESSES: families.map((family) => (family === 4 ? node.ipv4 : node.ipv6)).join(","),
    REFERENCE_POOL: settings.addressPool,
  };
  const set = Object.entries(optional).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return {
    argv: [process.execPath, request.program],
    env: {
      HOME: home,
      REFERENCE_API: request.apiServer,
      REFERENCE_TOKEN_FILE: `${home}/token`,
      REFERENCE_CA_FILE: `${home}/ca.crt`,
      // WebSockets of Node take no CA of their own.
      NODE_EXTRA_CA_CERTS: `${home}/ca.crt`,
      REFERENCE_NODE: node.name,
      REFERENCE_INTERFACE: request.interface,
      ...Object.fromEntries(set),
    },
    files: { token: request.token, "ca.crt": request.apiCa },
    hostname: node.name,
    readyPattern: "Z synced$",
  };
}

/** What takes all of the engine's away, whatever back end it is in; it asks no API server. */
function uninstall(request: LaunchRequest): LaunchSpec {
  const spec = launch(request);
  return { ...spec, env: { ...spec.env, REFERENCE_CLEAN: "true" } };
}

function renderPorts(ports: readonly EgressPort[]): string {
  return ports.map(({ protocol, port }) => `${protocol.toLowerCase()}:${port}`).join(",");
}

function render(object: FeatureObject, { namespace }: RenderContext): readonly KubeObject[] {
  switch (object.kind) {
    case "egress-service":
      return annotatedService(object, namespace, {
        [annotations.egress]: "true",
        [annotations.vip]: object.vip,
        ...(object.ports && { [annotations.egressPorts]: renderPorts(object.ports) }),
      });
    case "routed-service":
      return annotatedService(object, namespace, {
        [annotations.route]: "true",
        [annotations.vip]: object.vip,
      });
    case "address-service":
      return annotatedService(object, namespace, {
        [annotations.address]: "true",
        [annotations.vip]: object.vip,
      });
    case "service":
      return plainService(object, namespace);
    case "cluster-cidrs":
      return [clusterCidrsPod(object)];
    case "pod-policy":
      return networkPolicy(object, namespace);
    case "elastic-ip":
    case "floating-ip":
    case "source-nat":
    case "port-forward":
      return [renderGatewayObject(object, namespace)];
  }
}

/** The reference engine: correct, small, and with mutants that are each wrong in one thing. */
export const reference: Engine = {
  contract: 1,
  name: "reference",
  title: "Leakproof reference engine (egress, table routes, addresses, policies, Services and a NAT gateway)",
  variants: ["default"],
  program: { kind: "node-script", path: fileURLToPath(new URL("main.ts", import.meta.url)) },
  problems,
  profile,
  access,
  launch,
  uninstall,
  render,
  surroundings,
  match,
};
