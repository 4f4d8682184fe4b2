import { at, listAt, textAt } from "../../../harness/audit/fields.ts";
import { HarnessError } from "../../../harness/errors/harness-error.ts";
import type { ExecAnswer, PodContainer } from "../../../harness/kube/exec-in-pod.ts";
import { until } from "../../../harness/wait/until.ts";
import { auditPod, containerName, runLabel, stateOf, whyNot } from "./pod.ts";

/** The API, as far as nodes are looked at through it. */
export interface NodesApi {
  /** Every status is an answer; rejects where none comes. */
  request(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Rejects with {HarnessError} where the command does not come to its end. */
  exec(at: PodContainer, argv: readonly string[]): Promise<ExecAnswer>;
}

/** A node, and how to run a shell script on it: `ask` rejects with {HarnessError} where it cannot be looked at. */
export interface NodeSource {
  readonly kind: "node";
  readonly name: string;
  ask(script: string): Promise<string>;
}

/** Nodes of a cluster. Disposing them removes the pods that were made for it. */
interface AuditNodes extends AsyncDisposable {
  readonly sources: readonly NodeSource[];
}

export interface NodesOptions {
  /** Names this run in the cluster; letters and digits. */
  readonly run: string;
  /** Of the pods that are made; without it only those of the DaemonSet are used. */
  readonly image?: string;
  /** Where they are made. */
  readonly namespace: string;
  /** This node alone. */
  readonly node?: string;
  /** A pod that nobody removed ends by itself after this; default: ten minutes. */
  readonly podSeconds?: number;
  /** So long pods may take to run, and then to be gone, in ms. */
  readonly patienceMs: number;
  /** Between two looks at them, in ms. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Pods of deploy/audit have it. */
const daemonSetLabel = "app.kubernetes.io/name=leakproof-audit";

/** Where to run commands for a node, or why that cannot be done. */
type Door = PodContainer | HarnessError;

function blind(why: string): HarnessError {
  return new HarnessError("state/tool-failed", why);
}

async function list(api: NodesApi, what: string, path: string): Promise<readonly unknown[]> {
  const { status, body } = await api.request("GET", path);
  if (status === 200) return listAt(body, "items");
  throw new HarnessError(
    "cluster/api-failed",
    `${what} cannot be listed.\nSaw: ${textAt(body, "message") ?? `status ${status}`}\nFix: see docs/audit.md, "Every node of a cluster", for the rights that it needs.`,
  );
}

const nameOf = (object: unknown): string => textAt(object, "metadata", "name") ?? "";
const nodeOf = (pod: unknown): string => textAt(pod, "spec", "nodeName") ?? "";

async function nodeNames(api: NodesApi, only: string | undefined): Promise<readonly string[]> {
  const nodes = await list(api, "nodes", "/api/v1/nodes");
  const names = nodes
    // What this reads is Linux's.
    .filter((node) => textAt(at(node, "metadata", "labels"), "kubernetes.io/os") !== "windows")
    .map(nameOf);
  const wanted = names.filter((name) => only === undefined || name === only);
  if (wanted.length > 0) return wanted;
  const what =
    only === undefined
      ? "this cluster has no Linux node."
      : `--node "${only}" is no Linux node of this cluster.`;
  throw new HarnessError(
    "args/bad-value",
    `${what}\nFix: see what there is: kubectl get nodes; here: ${names.join(", ") || "none"}.`,
  );
}

/** Pods of the DaemonSet that is there already, by node. */
async function daemonSetDoors(api: NodesApi): Promise<ReadonlyMap<string, Door>> {
  const selector = encodeURIComponent(daemonSetLabel);
  const pods = await list(api, "pods", `/api/v1/pods?labelSelector=${selector}`);
  return new Map(
    pods
      .filter((pod) => stateOf(pod) === "running")
      .map((pod) => {
        const namespace = textAt(pod, "metadata", "namespace") ?? "";
        return [nodeOf(pod), { namespace, pod: nameOf(pod), container: containerName }];
      }),
  );
}

const podsPath = (namespace: string): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;

function ownPods({ namespace, run }: NodesOptions): string {
  return `${podsPath(namespace)}?labelSelector=${encodeURIComponent(`${runLabel}=${run}`)}`;
}

/** Makes a pod for each node; gives those that were refused, with the reason. */
async function makePods(
  api: NodesApi,
  nodes: readonly string[],
  options: NodesOptions & { readonly image: string },
): Promise<ReadonlyMap<string, HarnessError>> {
  // Every one is waited for, also where one fails: none may come after they were removed.
  const answers = await Promise.allSettled(
    nodes.map((node) => api.request("POST", podsPath(options.namespace), auditPod(node, options))),
  );
  const refused = answers.flatMap((answer, index): readonly (readonly [string, HarnessError])[] => {
    if (answer.status === "fulfilled" && answer.value.status === 201) return [];
    const seen =
      answer.status === "rejected"
        ? String(answer.reason)
        : (textAt(answer.value.body, "message") ?? `status ${answer.value.status}`);
    return [[nodes[index] ?? "", blind(`no pod could be made there: ${seen}`)]];
  });
  return new Map(refused);
}

async function untilRunning(
  api: NodesApi,
  count: number,
  options: NodesOptions,
): Promise<ReadonlyMap<string, Door>> {
  const { patienceMs, everyMs, signal, namespace } = options;
  let seen: readonly unknown[] = [];
  const look = async (): Promise<true | undefined> => {
    seen = await list(api, "pods", ownPods(options));
    return seen.length >= count && seen.every((pod) => stateOf(pod) !== "starting") ? true : undefined;
  };
  await until("pods of the audit run", look, { timeoutMs: patienceMs, everyMs, signal }).catch(
    (thrown: unknown) => {
      signal.throwIfAborted();
      // Some may run: what is known of each is told of each.
      if (seen.length === 0) throw thrown;
    },
  );
  return new Map(
    seen.map((pod) => [
      nodeOf(pod),
      stateOf(pod) === "running"
        ? { namespace, pod: nameOf(pod), container: containerName }
        : blind(`its pod does not run: ${whyNot(pod)}`),
    ]),
  );
}

async function removePods(api: NodesApi, options: NodesOptions): Promise<void> {
  const { namespace, run, patienceMs, everyMs } = options;
  const look = async (): Promise<true | undefined> => {
    const pods = await list(api, "pods", ownPods(options));
    if (pods.length === 0) return true;
    // Again each time: the first may have found no answer.
    await api.request("DELETE", ownPods(options), { gracePeriodSeconds: 0 });
    return undefined;
  };
  try {
    await until("pods of the audit are gone", look, { timeoutMs: patienceMs, everyMs });
  } catch (thrown) {
    throw new HarnessError(
      "run/residue",
      `pods of this audit may be left in the cluster.\nSaw: ${thrown instanceof Error ? thrown.message : String(thrown)}\nFix: kubectl -n ${namespace} delete pods -l ${runLabel}=${run}`,
      { cause: thrown },
    );
  }
}

function sourceOf(api: NodesApi, name: string, door: Door): NodeSource {
  return {
    kind: "node",
    name,
    async ask(script) {
      if (door instanceof HarnessError) throw door;
      const { stdout, stderr, exitCode } = await api.exec(door, ["sh", "-c", script]);
      if (exitCode !== 0 && stdout === "")
        throw blind(`its pod ${door.namespace}/${door.pod} answers: ${stderr.trim().slice(-300)}`);
      return stdout;
    },
  };
}

/**
 * Finds a way to every node: by the pod of deploy/audit's DaemonSet where one runs, else by a pod that is made for this
 * and removed at the end. A node that has neither is among the sources, and refuses to be asked.
 *
 * @throws {HarnessError} `args/bad-value` where there is no way to any node, or no such node; `cluster/api-failed`;
 *   what `signal` was aborted with; `run/residue` where pods may be left. But for the last, no pod is left then.
 */
export async function openNodes(api: NodesApi, options: NodesOptions): Promise<AuditNodes> {
  const names = await nodeNames(api, options.node);
  const doors = new Map(await daemonSetDoors(api));
  const lacking = names.filter((name) => !doors.has(name));
  const { image, signal } = options;
  if (image === undefined && lacking.length === names.length)
    throw new HarnessError(
      "args/bad-value",
      `no node can be looked at: no pod of deploy/audit runs in this cluster, and no image for one is given.\nFix: give --image REF (deploy/audit/Dockerfile makes one), or kubectl apply -k deploy/audit.`,
    );
  await using undo = new AsyncDisposableStack();
  if (image !== undefined && lacking.length > 0) {
    undo.defer(() => removePods(api, options));
    const refused = await makePods(api, lacking, { ...options, image });
    signal.throwIfAborted();
    const made = lacking.length - refused.size;
    const running = made === 0 ? new Map<string, Door>() : await untilRunning(api, made, options);
    for (const [name, door] of [...refused, ...running]) doors.set(name, door);
  }
  const none = blind(
    image === undefined
      ? "no pod of deploy/audit runs there, and no --image for one is given"
      : "the pod that was made there is gone",
  );
  const owned = undo.move();
  return {
    sources: names.map((name) => sourceOf(api, name, doors.get(name) ?? none)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
