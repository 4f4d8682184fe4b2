import { setImmediate } from "node:timers/promises";
import { HarnessError } from "../../errors/harness-error.ts";
import type { CommandResult } from "../../process/run.ts";
import type { RunTool } from "./docker.ts";
import type { KindHost } from "./kind-cluster.ts";

/** What goes wrong in a fake world of docker and kind. */
export interface Misfortune {
  /** So many creations end with an error. */
  readonly failingCreations?: number;
  /** Loads that end well and leave nothing, by node. */
  readonly lostLoads?: Readonly<Record<string, number>>;
  /** So many looks find a node that is not Ready. */
  readonly unreadyLooks?: number;
  /** The logs cannot be exported. */
  readonly noLogs?: boolean;
  /** kind delete leaves its containers. */
  readonly stuck?: boolean;
}

export interface FakeKind {
  readonly host: KindHost;
  /** Every command, as one line, in order; `docker inspect` and looks left out. */
  readonly log: readonly string[];
  /** How many creations went on at once, at most. */
  mostAtOnce(): number;
}

export const imageId = `sha256:${"ab".repeat(32)}`;

interface World {
  readonly misfortune: Misfortune;
  readonly log: string[];
  readonly clusters: Map<string, readonly string[]>;
  readonly images: Set<string>;
  readonly lost: Map<string, number>;
  creations: number;
  looks: number;
  creating: number;
  most: number;
  readonly crowd: Crowd;
}

/** Who else there must be before the first creations go on. */
interface Crowd {
  readonly size: number;
  readonly isThere: PromiseWithResolvers<void>;
}

function answer(stdout = "", exitCode = 0, stderr = ""): CommandResult {
  return { stdout, stderr, exitCode, durationMs: 1 };
}

function flag(argv: readonly string[], name: string): string {
  return argv[argv.indexOf(name) + 1] ?? "";
}

async function create(world: World, argv: readonly string[], nodes: number): Promise<CommandResult> {
  const name = flag(argv, "--name");
  world.creating += 1;
  world.most = Math.max(world.most, world.creating);
  if (world.creating === world.crowd.size) world.crowd.isThere.resolve();
  await world.crowd.isThere.promise;
  // Whoever else may begin meanwhile has begun by then.
  await setImmediate();
  world.creating -= 1;
  world.creations += 1;
  const workers = Array.from(
    { length: nodes - 1 },
    (_, index) => `${name}-worker${index === 0 ? "" : index + 1}`,
  );
  world.clusters.set(name, [`${name}-control-plane`, ...workers]);
  if (world.creations <= (world.misfortune.failingCreations ?? 0))
    throw new HarnessError("node/command-failed", "could not find a log line that matches");
  return answer();
}

function inspect(names: readonly string[]): CommandResult {
  const containers = names.map((name, index) => ({
    Id: `id-${name}`,
    Name: `/${name}`,
    State: { Pid: 100 + index },
    Config: { Labels: { "io.x-k8s.kind.role": name.endsWith("control-plane") ? "control-plane" : "worker" } },
    NetworkSettings: {
      Networks: { n: { IPAddress: `172.18.0.${index + 2}`, GlobalIPv6Address: `fd00::${index + 2}` } },
    },
  }));
  return answer(JSON.stringify(containers));
}

function nodeObjects(world: World, node: string): CommandResult {
  world.looks += 1;
  const ready = world.looks > (world.misfortune.unreadyLooks ?? 0) ? "True" : "False";
  const names = [...world.clusters.values()].find((nodes) => nodes.includes(node)) ?? [];
  const items = names.map((name, index) => ({
    metadata: { name },
    spec: { podCIDRs: [`10.244.${index}.0/24`] },
    status: { conditions: [{ type: "Ready", status: ready }] },
  }));
  return answer(JSON.stringify({ items }));
}

function exec(world: World, argv: readonly string[]): CommandResult {
  const line = argv.join(" ");
  const node = argv[2] === "-i" ? (argv[3] ?? "") : (argv[2] ?? "");
  if (line.includes("get nodes")) return nodeObjects(world, node);
  if (line.includes("get daemonset")) {
    const count = [...world.clusters.values()].find((nodes) => nodes.includes(node))?.length ?? 0;
    return answer(JSON.stringify({ status: { numberReady: count, desiredNumberScheduled: count } }));
  }
  if (line.includes("content get")) {
    const manifest = { config: { digest: imageId } };
    return world.images.has(node) ? answer(JSON.stringify(manifest)) : answer("", 1, "no such image");
  }
  if (line.includes("ctr version")) return answer();
  world.log.push(line.includes("conflist") ? `connect ${node}` : line);
  return answer();
}

function load(world: World, argv: readonly string[]): CommandResult {
  const node = argv[4] ?? "";
  world.log.push(`load ${node}`);
  const lost = world.lost.get(node) ?? 0;
  if (lost > 0) world.lost.set(node, lost - 1);
  else world.images.add(node);
  return answer();
}

function runIn(world: World, nodes: number): RunTool {
  return async (given) => {
    const argv = given[0] === "setpriv" ? given.slice(given.indexOf("--") + 1) : given;
    const [program, first, second] = argv;
    const line = argv.join(" ");
    if (program === "sh") return load(world, argv);
    if (program === "docker" && first === "ps") {
      const name = /cluster=(\S+)/.exec(line)?.[1] ?? "";
      return answer((world.clusters.get(name) ?? []).join("\n"));
    }
    if (program === "docker" && first === "inspect") return inspect(argv.slice(2));
    if (program === "docker" && first === "exec") return exec(world, argv);
    if (first === "network") {
      world.log.push(`network ${second} ${argv.at(-1)}`);
      return answer();
    }
    world.log.push(`${program} ${first} ${second} ${flag(argv, "--name")}`);
    if (first === "export" && world.misfortune.noLogs === true)
      throw new HarnessError("node/command-failed", "did not end within 120000 ms");
    if (first === "create") return await create(world, argv, nodes);
    if (first === "delete" && world.misfortune.stuck !== true) world.clusters.delete(flag(argv, "--name"));
    return answer();
  };
}

/**
 * A world in which docker and kind do what they are told, but for its misfortune.
 *
 * @param nodes - of each cluster
 * @param turns - who may create when; and how many creations wait for each other at first, so that they do go on at once
 */
export function createFakeKind(
  misfortune: Misfortune = {},
  nodes = 1,
  turns: { readonly inTurn?: KindHost["inTurn"]; readonly atOnce?: number } = {},
): FakeKind {
  const world: World = {
    misfortune,
    log: [],
    clusters: new Map(),
    images: new Set(),
    lost: new Map(Object.entries(misfortune.lostLoads ?? {})),
    creations: 0,
    looks: 0,
    creating: 0,
    most: 0,
    crowd: { size: turns.atOnce ?? 1, isThere: Promise.withResolvers() },
  };
  const host: KindHost = {
    kind: "kind",
    runId: "r1",
    image: "leakproof/kind-node:x",
    isCgroupV1: false,
    runTool: runIn(world, nodes),
    inTurn: turns.inTurn ?? ((work) => work()),
    freePort: async () => 21_000,
    report: () => undefined,
  };
  return { host, log: world.log, mostAtOnce: () => world.most };
}
