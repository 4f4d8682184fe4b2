/**
 * The reference engine: egress and table routes for Services of one node, and policies of its pods. Started as
 * `node engines/reference/main.ts`, configured by REFERENCE_* variables (config.ts), a process of its
 * own like any vendor's engine.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Api } from "./api.ts";
import { Applier } from "./apply.ts";
import { sound, type Behaviour } from "./behaviour.ts";
import { readConfig, type Config } from "./config.ts";
import { desiredState, nothing, type Desired } from "./desired.ts";
import { Kernel, tool } from "./kernel.ts";
import { ListWatch } from "./list-watch.ts";
import { clusterCidrsOf } from "./objects.ts";
import { desiredPolicies } from "./policies.ts";
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
  const input =
    config.input === undefined
      ? undefined
      : { policies: watch("/apis/networking.k8s.io/v1/networkpolicies"), pods: watch("/api/v1/pods") };
  const all = [services, slices, ...(pods === undefined ? [] : [pods]), ...Object.values(input ?? {})];
  const ended = Promise.all(all.map((one) => one.run(signal)));
  const desired = (): Desired => {
    const state = desiredState({
      services: services.objects.values(),
      slices: slices.objects.values(),
      exempt: behaviour.exempt(config.cidrs, clusterCidrsOf(pods?.objects.values() ?? [])),
      node: config.node,
      leaderElection: config.leaderElection,
    });
    const policies = input && {
      policies: desiredPolicies(input.policies.objects.values(), input.pods.objects.values(), config.node),
    };
    return behaviour.wishes({ ...state, ...policies }, [...services.objects.values()]);
  };
  const synced = Promise.all(all.map((one) => one.synced));
  return { synced, ended, desired, services: () => [...services.objects.values()] };
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const behaviour = await behaviourOf(config.mutant);
  const stop = new AbortController();
  const api = new Api(config);
  const kernel = new Kernel(tool, config.backend);
  const home = { table: config.routeTable, interface: config.interface };
  const { input } = config;
  const applier = new Applier({ kernel, behaviour, routes: home, ...(input && { input }) });
  let refused = "";
  const rounds = new Rounds({
    log,
    // Well within the declared worst case: losses to somebody else come with no event.
    resyncMs: 2_000,
    round: async () => {
      const desired = objects.desired();
      if (desired.refused.join(" ") !== refused) log((refused = desired.refused.join(" ")));
      await applier.apply(desired);
      behaviour.applied({ desired, services: objects.services(), api, tool });
    },
  });
  const objects = follow(config, api, behaviour, () => rounds.request(), stop.signal);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log(`${signal} received`);
      if (behaviour.onTerminate === "exit") process.exit(0);
      if (behaviour.onTerminate === "clean") stop.abort();
    });
  }
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
  await Promise.race([objects.synced, stopped]);
  log("synced");
  await rounds.run(stop.signal);
  await clean(applier);
}

/** Takes all that is ours away and ends the process, whether or not the API still answers. */
async function clean(applier: Applier): Promise<void> {
  setTimeout(() => {
    log("could not clean in time");
    process.exit(1);
  }, 1_800).unref();
  for (;;) {
    try {
      await applier.apply(nothing);
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
