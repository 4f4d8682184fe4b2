import { at, textAt, textsAt } from "../../audit/fields.ts";
import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import { holderOf, type Leftover } from "../../kube/empty-api.ts";
import type { ClusterLease, TheirCluster } from "../cluster.ts";
import { asOnExisting } from "./as-on-existing.ts";
import { type AskNode, createExistingNode } from "./existing-node.ts";
import { findEnginePods, type FoundPod } from "./found-engine.ts";
import { lacks } from "./lacks.ts";
import { listObjects, nameOf } from "./list.ts";
import { createOwnItems } from "./own-items.ts";
import { listNodeRefs, readCluster } from "./read-cluster.ts";
import { createRunNamespace, removeRunNamespace } from "./run-namespaces.ts";

/** A way to look at one node. Disposing it takes away what was made for it. */
export interface NodeDoor extends AsyncDisposable {
  readonly ask: AskNode;
}

/** A cluster that somebody has handed over for a run. */
export interface ExistingCluster {
  readonly api: KubeApi;
  /** URL of the API server. */
  readonly server: string;
  /** What images of the engine under test are called. */
  readonly image: RegExp;
  /** Opens a way to a node. @throws {HarnessError} where there is none */
  openNode(name: string, signal: AbortSignal | undefined): Promise<NodeDoor>;
}

export interface ExistingLeaseOptions extends ExistingCluster {
  readonly runId: string;
  readonly namespace: string;
  readonly signal?: AbortSignal;
}

/** What engines of these kinds write; the namespace has more that controllers of others put into every one. */
const leftoverKinds = [
  { kind: "Service", path: "/api/v1", plural: "services" },
  { kind: "Endpoints", path: "/api/v1", plural: "endpoints" },
  { kind: "EndpointSlice", path: "/apis/discovery.k8s.io/v1", plural: "endpointslices" },
  { kind: "Lease", path: "/apis/coordination.k8s.io/v1", plural: "leases" },
] as const;

async function listLeftovers(api: KubeApi, namespace: string): Promise<readonly Leftover[]> {
  const found = await Promise.all(
    leftoverKinds.map(async ({ kind, path, plural }) => {
      const base = `${path}/namespaces/${namespace}/${plural}`;
      return (await listObjects(api, base)).map(
        (object): Leftover => ({
          target: `${kind} ${namespace}/${nameOf(object)}`,
          kind,
          key: `${base}/${nameOf(object)}`,
          deleting: textAt(object, "metadata", "deletionTimestamp") !== undefined,
          finalizers: textsAt(object, "metadata", "finalizers"),
          ...(kind === "Lease" ? { holder: holderOf(at(object, "spec") ?? undefined) } : {}),
        }),
      );
    }),
  );
  return found.flat();
}

/** What has become of the engine's container since `before`. */
function compareEngine(node: string, before: FoundPod, after: readonly FoundPod[]) {
  const same = after.find(({ node: where, uid }) => where === node && uid === before.uid);
  if (same === undefined)
    throw new HarnessError(
      "existing/engine-changed",
      `the pod ${before.pod} of the engine on ${node} is gone or was replaced during the attempt: nobody can tell who did what.\nFix: run it again while nobody rolls the engine out.`,
    );
  if (same.restarts === before.restarts) return undefined;
  const times = `its container was started ${same.restarts - before.restarts} times by its node`;
  const { reason, ...end } = same.lastEnd ?? { reason: "no reason is told" };
  return { ...end, reason: `${times}: ${reason}` };
}

async function refuse(what: string): Promise<never> {
  throw lacks(what);
}

function noProxy(): never {
  throw lacks("a proxy between the engine and the API server");
}

/** What is done around the engine and the API server elsewhere. */
function untouched(
  server: string,
): Omit<
  ClusterLease,
  "index" | "network" | "api" | "acquireNode" | "leftovers" | typeof Symbol.asyncDispose
> {
  const outside = (): Promise<never> => refuse("a host outside of the cluster");
  return {
    ca: "",
    apiUrls: () => [server],
    openAccess: async () => ({
      url: server,
      faults: { inject: noProxy, holdAt: noProxy },
      [Symbol.asyncDispose]: async () => undefined,
    }),
    openKubelet: () => refuse("a kubelet of the harness"),
    killApiServer: () => refuse("the death of the API server"),
    startApiServer: () => refuse("a start of the API server"),
    startControlProbe: outside,
    stopControlProbe: async () => undefined,
    connectFromOutside: outside,
    reachFromOutside: outside,
    sourceSeenOutside: outside,
  };
}

/**
 * Opens a cluster of somebody's own for one attempt: a namespace of its own, and a look at what is there. Disposing it
 * deletes that namespace, with all that is in it.
 *
 * @throws {HarnessError} `cluster/api-failed`, `existing/no-engine`
 */
export async function leaseExisting(options: ExistingLeaseOptions): Promise<ClusterLease> {
  const { api, server, namespace, runId, image, signal } = options;
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeRunNamespace(api, namespace, { runId }));
  await createRunNamespace(api, namespace, { runId, isForPods: false });
  const pods = (await findEnginePods(api, image)).filter(({ isReady }) => isReady);
  const onNode = new Map(pods.map((pod) => [pod.node, pod]));
  const own = createOwnItems([namespace]);
  const [read, refs] = await Promise.all([
    readCluster(
      api,
      server,
      pods.slice(0, 1).map(({ object }) => object),
    ),
    listNodeRefs(api),
  ]);
  const free = refs.filter(({ ref }) => onNode.has(ref.name));
  const theirs: TheirCluster = {
    namespace,
    networks: read.networks,
    taken: read.taken,
    engineNodes: free.length,
    async lookAtEngine(node) {
      const before = onNode.get(node);
      if (before === undefined) throw new HarnessError("run/internal", `no engine was found on ${node}`);
      return compareEngine(node, before, await findEnginePods(api, image));
    },
  };
  const held = undo.use(new AsyncDisposableStack());
  const owned = undo.move();
  return {
    ...untouched(server),
    index: 0,
    theirs,
    network: read.network,
    api: asOnExisting(api, namespace, own),
    async acquireNode(needs = [], shape = {}) {
      if (needs.length > 0) throw lacks(`a node that is known to have ${needs.join(" and ")}`);
      if (shape.interface !== undefined) throw lacks(`an interface called ${shape.interface}`);
      if (shape.families !== undefined) throw lacks("another order of a node's addresses");
      const next = free.shift();
      if (next === undefined) throw lacks("one more node on which the engine is ready");
      const door = held.use(await options.openNode(next.ref.name, signal));
      return held.use(createExistingNode(next, door.ask, own));
    },
    leftovers: () => listLeftovers(api, namespace),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
