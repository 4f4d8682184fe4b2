import { HarnessError } from "../errors/harness-error.ts";
import { clusterInterface } from "../cluster/sandbox/node-network.ts";
import type { Engine, EngineProfile, EngineSelection, KeptItem } from "../model/engine.ts";
import type { Family } from "../model/state.ts";
import { engineHome } from "../node/isolate.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { renderKubeconfig } from "./kubeconfig.ts";

/** An engine that is on every node beside the one under test. */
export interface BesideEngine {
  readonly engine: Engine;
  readonly selection: EngineSelection;
  /** Host path of its program. */
  readonly program: string;
}

const logTailLines = 15;

/**
 * Virtual servers and sets are in no table or interface that says whose they are. Where the other engine has any, one
 * more of them is not held against the engine under test: it may be the other's, and nothing tells.
 */
const undivided: ReadonlySet<Family> = new Set(["ipvs", "ipset"]);

/** The place that a kept item is in: its table, its family, or the interface that it is. */
function placeOf({ families = [], table, text }: KeptItem): Omit<KeptItem, "reason"> | undefined {
  if (table !== undefined) return { title: `table ${table}`, families, table };
  if (families.length > 0 && families.every((family) => undivided.has(family)))
    return { title: families.join(", "), families };
  return families.includes("link") && text !== undefined
    ? { title: `what is on ${text}`, families: ["address", "route"], text: ` dev ${text}(?: |$)` }
    : undefined;
}

/** Where it has anything at all is its own, whatever the engine under test declares of its exit. */
function places(keeps: readonly KeptItem[]): readonly KeptItem[] {
  const found = keeps.flatMap((kept) => placeOf(kept) ?? []);
  const known = new Map(found.map((place) => [JSON.stringify(place), place]));
  return [...known.values()].map((place) => ({ ...place, reason: "is another engine's, which runs on" }));
}

/**
 * What is promised where two engines share a node: the one under test keeps its word, and so does the other.
 * Only what other engines have in places of their own can be told apart: tables, virtual servers and sets, interfaces.
 */
export function profileOfBoth(own: EngineProfile, other: EngineProfile): EngineProfile {
  return {
    ...own,
    keeps: [...own.keeps, ...other.keeps],
    keepsObjects: [...own.keepsObjects, ...other.keepsObjects],
    constants: [...own.constants, ...other.constants],
    exit: { ...own.exit, except: [...own.exit.except, ...places(other.keeps)] },
    worstCaseMs: Math.max(own.worstCaseMs, other.worstCaseMs),
    settleMs: Math.max(own.settleMs, other.settleMs),
  };
}

/**
 * Starts the other engine on every node. It goes to the API server by itself: nothing of what it says there, and
 * no write to the kernel, is the doing of the engine under test; that there was one is noted.
 *
 * @throws {HarnessError} `engine/never-spawned`; `kind/lacks` where nodes are containers
 */
export async function startBeside(context: AttemptContext): Promise<void> {
  const { beside, cluster, plan } = context;
  if (beside === undefined) return;
  const { network } = cluster;
  const image = context.images?.[beside.program];
  const access = beside.engine.access(plan.settings, beside.selection);
  const token = await cluster.api.createToken(access.namespace, access.serviceAccount);
  const server = `https://${network.apiHost4}:${network.ports.api}`;
  for (const own of context.engines.values()) {
    const { files, ...spec } = beside.engine.launch({
      selection: beside.selection,
      settings: plan.settings,
      node: own.node.ref,
      program: image?.program ?? beside.program,
      home: engineHome,
      apiServer: server,
      apiCa: cluster.ca,
      token,
      kubeconfig: renderKubeconfig(server, cluster.ca, token),
      workloadNamespace: context.namespace,
      podCidr: network.podCidr,
      serviceCidr: network.serviceCidr,
      serviceCidr6: network.serviceCidr6,
      interface: clusterInterface,
    });
    own.beside = await own.node.startEngine({
      ...spec,
      program: beside.program,
      ...(image === undefined ? {} : { image }),
      readable: context.readable,
      hidden: context.hidden,
      beside: { files },
      onKernelWrite: () => {
        own.lastKernelWriteMs = context.recorder.now();
      },
      onLine: () => undefined,
    });
  }
}

/**
 * What is missing of it would be told of the engine under test.
 *
 * @throws {HarnessError} `engine/beside-gone` where it has ended anywhere
 */
export function expectBeside({ engines, beside }: AttemptContext): void {
  for (const [node, own] of engines) {
    if (own.beside?.hasExited() !== true) continue;
    throw new HarnessError(
      "engine/beside-gone",
      `${beside?.engine.name ?? "the other engine"}, which is on ${node} beside the engine under test, has ended.\nSaw: ${own.beside.tail(logTailLines)}`,
    );
  }
}
