/**
 * The reference engine: egress and table routes for Services of one node, policies of its pods, and what Services come in at. Started as
 * `node engines/reference/main.ts`, configured by REFERENCE_* variables (config.ts), a process of its
 * own like any vendor's engine.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Api } from "./api.ts";
import { Applier } from "./apply.ts";
import { Balancer, controlPlaneNodes } from "./balancer.ts";
import { sound, type Behaviour } from "./behaviour.ts";
import { readConfig, type Config } from "./config.ts";
import { desiredState, nothing, type Desired } from "./desired.ts";
import { Gateway } from "./gateway/gateway.ts";
import { gatewayResources, pathOf, viewObject } from "./gateway/objects.ts";
import { podExec } from "./gateway/pod-exec.ts";
import { podExecTarget } from "./gateway/pod.ts";
import { Election } from "./election.ts";
import { Kernel, tool } from "./kernel.ts";
import { ListWatch } from "./list-watch.ts";
import { clusterCidrsOf } from "./objects.ts";
import { desiredPolicies } from "./policies.ts";
import { startProxy } from "./proxy/start.ts";
import { Rounds } from "./rounds.ts";

const managers = "/api/v1/namespaces/kube-system/pods?labelSelector=component%3Dkube-controller-manager";

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

async function behaviourOf(mutant: string | undefined): Promise<Behaviour> {
  if (mutant === undefined) return sound;
  const { mutants } = await import("./mutants/all.ts");
  const chosen = mutants.find(({ name }) => name === mutant);
  if (chosen === undefined) throw new Error(`REFERENCE_MUTANT: there is no mutant "${mutant}".`);
  return chosen.behaviour();
}

/** The API's side: what is wanted, by the latest that the watches said. */
function follow(config: Config, api: Api, behaviour: Behaviour, changed: () => void, signal: AbortSignal) {
  const watch = (path: string, isOptional = false) =>
    new ListWatch({ api, path, isOptional, behaviour, changed, log });
  const services = watch("/api/v1/services");
  const slices = watch("/apis/discovery.k8s.io/v1/endpointslices");
  const pods = behaviour.discovers(config.cidrs) ? watch(managers, true) : undefined;
  const servers = config.balancedPort === undefined ? undefined : watch(controlPlaneNodes);
  const input =
    config.input === undefined
      ? undefined
      : { policies: watch("/apis/networking.k8s.io/v1/networkpolicies"), pods: watch("/api/v1/pods") };
  const optional = [pods, servers].filter((one) => one !== undefined);
  const all = [services, slices, ...optional, ...Object.values(input ?? {})];
  const ended = Promise.all(all.map((one) => one.run(signal)));
  const desired = (): Desired => {
    const state = desiredState({
      services: services.objects.values(),
      slices: slices.objects.values(),
      exempt: behaviour.exempt(config.cidrs, clusterCidrsOf(pods?.objects.values() ?? [])),
      node: config.node,
      leaderElection: config.leaderElection,
      ...(config.controlPlaneVip === undefined ? {} : { controlPlaneVip: config.controlPlaneVip }),
    });
    const policies = input && {
      policies: desiredPolicies(input.policies.objects.values(), input.pods.objects.values(), config.node),
    };
    return behaviour.wishes({ ...state, ...policies }, [...services.objects.values()]);
  };
  const synced = Promise.all(all.map((one) => one.synced));
  const listOf = (one: ListWatch | undefined) => [...(one?.objects.values() ?? [])];
  return { synced, ended, desired, services: () => listOf(services), servers: () => listOf(servers) };
}

/** The gateway of this node, where it is one: programmed by `pods/exec`, in rounds of its own, since those are slow. */
function startGateway(config: Config, api: Api, behaviour: Behaviour, signal: AbortSignal) {
  const watches = gatewayResources.map((resource) => {
    const changed = () => rounds.request();
    return { resource, watch: new ListWatch({ api, path: pathOf(resource), behaviour, changed, log }) };
  });
  const gateway = new Gateway({
    api,
    exec: podExec({ ...config, ...podExecTarget(config.node) }),
    behaviour,
    node: config.node,
    device: config.interface,
    backend: config.backend,
    objects: () =>
      watches.flatMap(({ resource, watch }) =>
        [...watch.objects.values()].map((object) => viewObject(resource, object)),
      ),
  });
  const rounds = new Rounds({ log, resyncMs: 2_000, round: () => gateway.round() });
  const ended = Promise.all(watches.map(({ watch }) => watch.run(signal)));
  const synced = Promise.all(watches.map(({ watch }) => watch.synced));
  const run = async (): Promise<void> => {
    await synced;
    await rounds.run(signal);
    await ended;
  };
  return { synced, ended: run(), clean: () => gateway.clean() };
}

/** Who writes to this kernel's tables, and who only takes away what an engine with other settings wrote to the other ones. */
function appliersOf(config: Config, behaviour: Behaviour) {
  const kernel = new Kernel(tool, config.backend);
  const routes = { table: config.routeTable, interface: config.interface };
  const { input } = config;
  const vips = config.vips && { interface: config.interface, version: config.vips.version };
  const applier = new Applier({
    kernel,
    behaviour,
    routes,
    ...(input && { input }),
    ...(vips && { vips }),
  });
  const otherKernel = new Kernel(tool, config.backend === "nft" ? "legacy" : "nft");
  const { controlPlaneVip: vip, balancedPort: port } = config;
  const serverPort = Number(config.apiServer.port);
  const balancer =
    vip === undefined || port === undefined
      ? undefined
      : new Balancer({ kernel, behaviour, vip, port, serverPort });
  return { kernel, applier, balancer, other: new Applier({ kernel: otherKernel, behaviour, routes }) };
}

/** Ends as the behaviour has it; gives when it is asked to clean. */
function untilTerminated(behaviour: Behaviour, stop: AbortController): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log(`${signal} received`);
      if (behaviour.onTerminate === "exit") process.exit(0);
      if (behaviour.onTerminate === "clean") stop.abort();
    });
  }
  return new Promise((resolve) => stop.signal.addEventListener("abort", () => resolve()));
}

/** Who decides, with all other nodes, which of them holds a VIP. */
function electionOf({ vips, node: identity }: Config, api: Api, behaviour: Behaviour, changed: () => void) {
  const leaseName = (vip: string): string => behaviour.leaseName(vip, vips?.version ?? "v3");
  return vips && new Election({ api, identity, leaseName, changed, log });
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const behaviour = await behaviourOf(config.mutant);
  const stop = new AbortController();
  const api = new Api(config);
  const { kernel, applier, balancer, other } = appliersOf(config, behaviour);
  if (config.cleansOnly) {
    return clean(async () => {
      await applier.apply(nothing);
      await balancer?.apply(false, []);
      await other.clearTables();
    });
  }
  const election = electionOf(config, api, behaviour, () => rounds.request());
  let isSwept = !config.isBackendChosen || !behaviour.sweepsFormerSettings;
  let refused = "";
  const rounds = new Rounds({
    log,
    resyncMs: config.resyncMs,
    round: async () => {
      const wishes = objects.desired();
      election?.stand(wishes.vips, wishes.claimed);
      const desired = { ...wishes, vips: wishes.vips.filter((vip) => election?.holds(vip)) };
      if (desired.refused.join(" ") !== refused) log((refused = desired.refused.join(" ")));
      await applier.apply(desired);
      await balancer?.apply(desired.vips.includes(config.controlPlaneVip ?? ""), objects.servers());
      if (!isSwept) await other.clearTables();
      isSwept = true;
      behaviour.applied({ desired, services: objects.services(), api, tool });
    },
  });
  const objects = follow(config, api, behaviour, () => rounds.request(), stop.signal);
  const stopped = untilTerminated(behaviour, stop);
  const gateway = config.isGateway ? startGateway(config, api, behaviour, stop.signal) : undefined;
  const { proxy: proxied, resyncMs } = config;
  const proxy =
    proxied && startProxy({ proxy: proxied, resyncMs, api, kernel, behaviour, log, signal: stop.signal });
  await Promise.race([Promise.all([objects.synced, gateway?.synced, proxy?.synced]), stopped]);
  log("synced");
  const elections = election?.run(stop.signal);
  await rounds.run(stop.signal);
  await Promise.all([gateway?.ended, proxy?.ended]);
  await clean(async () => {
    await balancer?.apply(false, []);
    await applier.apply(nothing);
    // A renewal that is on its way would take back what is given away here.
    await elections;
    await election?.release();
    await gateway?.clean();
    await proxy?.clean();
  });
}

/** Whoever asked the engine to end waits 5 s. */
const cleanLimitMs = 4_500;

/** Takes all that is ours away and ends the process, whether or not the API still answers. */
async function clean(takeAway: () => Promise<void>): Promise<void> {
  setTimeout(() => {
    log("could not clean in time");
    process.exit(1);
  }, cleanLimitMs).unref();
  for (;;) {
    try {
      await takeAway();
      break;
    } catch (error) {
      log(`not clean yet: ${error instanceof Error ? error.message : String(error)}`);
      await pause(50);
    }
  }
  log("clean");
  process.exit(0);
}

await main();
