import { type ClusterLease, kubeletPort } from "../cluster/cluster.ts";
import { isKernelFeature } from "../model/kernel-feature.ts";
import type { ClusterFacts, EngineProfile } from "../model/engine.ts";
import { type KubeObject, objectName } from "../model/objects.ts";
import { HarnessError } from "../errors/harness-error.ts";
import type { FeatureName, Scenario, Settings, World } from "../model/scenario.ts";
import type { ClusterNode } from "../node/node.ts";
import { both } from "../wait/both.ts";
import type { AttemptContext, AttemptInput, EngineVersion } from "./attempt-context.ts";
import { profileOfBoth } from "./beside.ts";
import { earlierSelections, selectionUnderTest } from "./earlier-versions.ts";
import { noteReady } from "./engine-control.ts";
import { expectGatewayNodes, hasGateway } from "./gateways.ts";
import { createRecorder } from "./recorder.ts";
import { createWorld } from "./world.ts";
import { createWriteHold, mayHold } from "./write-hold.ts";

/** Before the engine: decoys are planted, probes begin. */
export const plantStep = "<plant>";

function namespaceObject(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** The Node object that engines look their own node up by. */
async function registerNode(
  cluster: ClusterLease,
  node: ClusterNode,
  {
    hasKubelet,
    families,
    labels,
  }: {
    readonly hasKubelet: boolean;
    readonly families: readonly (4 | 6)[];
    readonly labels: Readonly<Record<string, string>>;
  },
): Promise<KubeObject> {
  const { name, ipv4, ipv6 } = node.ref;
  const object = { apiVersion: "v1", kind: "Node", metadata: { name, labels } };
  if (node.isRegistered === true) return object;
  await cluster.api.apply(object);
  const addresses = [
    ...families.map((family) => ({ type: "InternalIP", address: family === 4 ? ipv4 : ipv6 })),
    { type: "Hostname", address: name },
  ];
  const endpoint = { kubeletEndpoint: { Port: kubeletPort } };
  const status = {
    addresses,
    conditions: [{ type: "Ready", status: "True" }],
    ...(hasKubelet ? { daemonEndpoints: endpoint } : {}),
  };
  await cluster.api.request(
    "PATCH",
    `/api/v1/nodes/${name}/status`,
    { status },
    "application/merge-patch+json",
  );
  return object;
}

/** Everything that somebody named: an address in a rule must come from one of these, or from an object. */
function namedNetworks(
  cluster: ClusterLease,
  settings: Settings,
): readonly { readonly cidr: string; readonly what: string }[] {
  const { network } = cluster;
  const configured = settings.egressCidrs;
  const all = [
    { cidr: network.podCidr, what: "pod network" },
    { cidr: network.podCidr6, what: "pod network" },
    { cidr: network.serviceCidr, what: "service network" },
    { cidr: network.serviceCidr6, what: "service network" },
    { cidr: network.apiServiceIp, what: "Service default/kubernetes" },
    { cidr: network.apiHost4, what: "endpoint of the API server" },
    { cidr: network.gateway6, what: "gateway of the nodes" },
    ...(settings.controlPlaneVip === undefined
      ? []
      : [{ cidr: settings.controlPlaneVip, what: "configured address of the API server" }]),
    ...(settings.natGateway ? [{ cidr: network.vipCidr, what: "network of elastic addresses" }] : []),
    ...(settings.addressPool === undefined
      ? []
      : [{ cidr: settings.addressPool, what: "pool of addresses" }]),
    ...(configured === undefined
      ? []
      : [
          { cidr: configured.pod, what: "configured pod network" },
          { cidr: configured.service, what: "configured service network" },
        ]),
    ...(cluster.theirs?.networks ?? []),
  ];
  // A cluster of somebody's may have one family, and no gateway that we know of.
  return all.filter(({ cidr }) => cidr !== "");
}

/** What differs between attempts of one world: which nodes of which cluster they got. */
function namesOfCluster({ network }: ClusterLease, nodes: World["nodes"]): Readonly<Record<string, string>> {
  const names = [
    [network.gateway4, "<gateway-ipv4>"],
    [network.gateway6, "<gateway-ipv6>"],
    [String(network.ports.api), "<api-port>"],
    ...nodes.flatMap(({ name, ipv4, ipv6 }, index) => [
      [name, `<node-${index}>`],
      [ipv4, `<node-${index}-ipv4>`],
      [ipv6, `<node-${index}-ipv6>`],
    ]),
  ] as const;
  return Object.fromEntries(names.filter(([name = ""]) => name !== ""));
}

/** The versions of the engine in the order in which a node has them; the last one is under test. */
function versionsOf({
  plan,
  program,
  earlierPrograms = [],
}: AttemptInput): readonly [EngineVersion, ...EngineVersion[]] {
  const tested = { selection: selectionUnderTest(plan.engine), program };
  if (plan.fresh) return [tested];
  const [first, ...others] = earlierSelections(plan.engine).map((selection, index) => ({
    selection,
    program: earlierPrograms[index] ?? "",
  }));
  return first === undefined ? [tested] : [first, ...others, tested];
}

async function openEngines(context: AttemptContext): Promise<void> {
  const { engines, nodes } = context;
  for (const node of nodes) {
    const name = node.ref.name;
    const access = await context.cluster.openAccess(node, {
      onRequest: () => {
        const own = engines.get(name);
        if (own) noteReady(context, own);
      },
      onWrite: (write) => {
        context.recorder.add({ kind: "engine-write", node: name, ...write });
        if (!write.path.includes("/leases")) context.activity.lastWriteMs = context.recorder.now();
      },
    });
    // Only a scenario that upgrades has to do with earlier versions.
    const [version, ...upgrades] = versionsOf(context);
    engines.set(name, {
      node,
      version: context.scenario.upgrades ? version : (upgrades.at(-1) ?? version),
      upgrades: context.scenario.upgrades ? upgrades : [],
      earlier: [],
      access,
      logs: [],
      toolOrders: [],
      kernelWrites: 0,
      ...(mayHold(context.plan) ? { hold: createWriteHold() } : {}),
      lastKernelWriteMs: Number.NEGATIVE_INFINITY,
      isStopping: false,
      isReady: false,
      ...(context.cluster.theirs === undefined ? {} : { isFound: true }),
    });
  }
}

/** What engines make on every node, wherever an object's pods are. */
const onEveryNode: ReadonlySet<FeatureName> = new Set(["service-rules", "policy-input", "ipvs-service"]);

/** @throws {HarnessError} `existing/lacks` where one of the engines that nobody looks at may be the one that does it */
function expectEveryEngineSeen({ feature, nodes }: Scenario, { theirs }: ClusterLease): void {
  if (theirs === undefined || onEveryNode.has(feature) || theirs.engineNodes === nodes) return;
  throw new HarnessError(
    "existing/lacks",
    `${feature} is done by one of the engines of a cluster: the scenario wants ${nodes} of them, and there are ${theirs.engineNodes}.\nFix: run this in the sandbox: leave --provider out.`,
  );
}

/** @throws {HarnessError} `guest/*`, `existing/lacks` where nodes that the scenario can be tried on cannot be had */
async function acquireNodes(input: AttemptInput, cluster: ClusterLease): Promise<readonly ClusterNode[]> {
  const { scenario, engine, plan, beside } = input;
  expectEveryEngineSeen(scenario, cluster);
  const nodes: ClusterNode[] = [];
  const { interface: link } = scenario;
  const kernel = [
    ...(engine.kernelNeeds?.(plan.engine) ?? []),
    ...(beside?.engine.kernelNeeds?.(beside.selection) ?? []),
  ];
  const needs = [...new Set([...(scenario.needs ?? []).filter(isKernelFeature), ...kernel])];
  const { nodeFamilies: families } = plan.settings;
  const shape = {
    ...(link === undefined ? {} : { interface: link }),
    ...(families === undefined ? {} : { families }),
  };
  for (let count = 0; count < scenario.nodes; count++) nodes.push(await cluster.acquireNode(needs, shape));
  if (hasGateway(input)) expectGatewayNodes(nodes);
  return nodes;
}

function clusterFacts(network: ClusterLease["network"]): ClusterFacts {
  const { apiServiceIp, apiHost4, ports } = network;
  return { apiServiceAddress: apiServiceIp, apiEndpoints: [`${apiHost4}:${ports.api}`] };
}

/** What the engines of this attempt promise, under these circumstances. */
function profileOf({ plan, engine, beside }: AttemptInput, facts: ClusterFacts): EngineProfile {
  const own = engine.profile(plan.engine, facts, plan.settings);
  if (beside === undefined) return own;
  return profileOfBoth(own, beside.engine.profile(beside.selection, facts, plan.settings));
}

/** What other objects, or the token, cannot be made without. */
const isNeeded = ({ kind }: KubeObject): boolean =>
  /^(?:Namespace|ServiceAccount|CustomResourceDefinition)$/.test(kind);

/** The rights of the engine, and of another one beside it, and the engine's token. */
async function grantAccess(
  { plan, engine, beside }: AttemptInput,
  { api, theirs }: ClusterLease,
): Promise<{ readonly made: readonly string[]; readonly token: string }> {
  // It has its rights, and they are none of ours.
  if (theirs !== undefined) return { made: [], token: "" };
  const access = engine.access(plan.settings, plan.engine);
  const others = beside?.engine.access(plan.settings, beside.selection).objects ?? [];
  const objects = [...access.objects, ...others];
  // A namespace comes first, and the account before its token.
  for (const object of objects.filter(isNeeded)) await api.apply(object);
  const [token] = await Promise.all([
    api.createToken(access.namespace, access.serviceAccount),
    ...objects.filter((object) => !isNeeded(object)).map((object) => api.apply(object)),
  ]);
  return { made: objects.map(objectName), token };
}

function kernelsOf(nodes: readonly ClusterNode[]): Readonly<Record<string, ClusterNode["kernel"]>> {
  return Object.fromEntries(nodes.map(({ ref, kernel }) => [ref.name, kernel]));
}

/** The nodes of an attempt, and all that is known of it before the API server and the nodes have heard of it. */
export async function beginAttempt(
  input: AttemptInput,
  cluster: ClusterLease,
  tries: number,
): Promise<AttemptContext> {
  const { plan, scenario } = input;
  if (scenario.beside && input.beside === undefined)
    throw new Error(`scenario ${scenario.name} wants another engine, and there is none`);
  const recorder = createRecorder(plan);
  const nodes = await acquireNodes(input, cluster);
  const [first, ...rest] = nodes.map(({ ref }) => ref);
  if (!first) throw new Error(`scenario ${scenario.name} asks for no node`);
  const refs: World["nodes"] = [first, ...rest];
  const world = createWorld({
    seed: plan.seed,
    attemptName: plan.world ?? plan.id,
    nodes: refs,
    ...cluster.network,
    taken: cluster.theirs?.taken,
  });
  // Drawn in any case: what is drawn after it is the same on every provider.
  const drawn = world.name("ns");
  const namespace = cluster.theirs?.namespace ?? drawn;
  // Steps draw the pods that nodes are furnished with.
  const steps = scenario.steps(world);
  const canary = scenario.canary(world);
  const profile = profileOf(input, clusterFacts(cluster.network));
  const networks = namedNetworks(cluster, plan.settings);
  const aliases = namesOfCluster(cluster, refs);
  const kernels = kernelsOf(nodes);
  recorder.add({ kind: "begin", nodes: refs, kernels, engineProfile: profile, networks, aliases });
  return {
    ...input,
    ...(cluster.theirs === undefined ? {} : { untraced: true }),
    cluster,
    nodes,
    world,
    steps,
    canary,
    recorder,
    profile,
    namespace,
    token: "",
    render: { selection: selectionUnderTest(plan.engine), settings: plan.settings, namespace },
    engines: new Map(),
    gateways: new Map(),
    planted: [],
    missed: [],
    applied: new Map(),
    infrastructure: new Set(),
    activity: { lastWriteMs: 0 },
    tries,
    stage: { step: plantStep },
    worstCaseMs: Math.min(profile.worstCaseMs, plan.limits.convergenceMs),
  };
}

/** The attempt's nodes and namespace in the API, the rights and token of its engine, and the engine's way to the API; nothing runs yet. */
export async function furnishAttempt(context: AttemptContext): Promise<void> {
  const { cluster, nodes, plan, namespace, infrastructure } = context;
  const families = plan.settings.nodeFamilies ?? ([4, 6] as const);
  const labels: Readonly<Record<string, string>> = plan.settings.balancesControlPlane
    ? { "node-role.kubernetes.io/control-plane": "" }
    : {};
  const registration = { hasKubelet: hasGateway(context), families, labels };
  const own = namespaceObject(namespace);
  const known = Promise.all([
    grantAccess(context, cluster),
    Promise.all(nodes.map((node) => registerNode(cluster, node, registration))),
    cluster.theirs === undefined ? cluster.api.apply(own) : undefined,
  ]);
  const [[{ made, token }, registered]] = await both(known, openEngines(context));
  context.token = token;
  for (const name of [...made, ...[own, ...registered].map(objectName)]) infrastructure.add(name);
}
