import { createHash } from "node:crypto";
import { engineSigns } from "../../engines/signs.ts";
import { textAt } from "../../harness/audit/fields.ts";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import type { ControlPlane } from "../../harness/cluster/control-plane.ts";
import { describeFound, findEnginePods } from "../../harness/cluster/existing/found-engine.ts";
import { createExistingPool } from "../../harness/cluster/existing/pool.ts";
import {
  listRunNamespaces,
  removeRunNamespace,
  runNamespace,
} from "../../harness/cluster/existing/run-namespaces.ts";
import type { NodeDoor } from "../../harness/cluster/existing/lease.ts";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import { accessOfKubeconfig, readKubeconfig } from "../../harness/kube/api-access.ts";
import { connectKubeconfig, type KubeApi } from "../../harness/kube/client.ts";
import type { ExistingOptions } from "../../harness/run/existing-options.ts";
import { type EnginePick, engineLabel } from "../../harness/run/pick-engines.ts";
import { connectNodes } from "../audit/nodes/connect.ts";
import { type NodesApi, openNodes } from "../audit/nodes/open-nodes.ts";
import type { EngineProgramEntry } from "./payload.ts";

/** A pod runs within a minute, or its node says why not. */
const patienceMs = 60_000;
const everyMs = 500;
/** An attempt takes no longer than half an hour, and its end two minutes; then the pod of a killed run ends by itself. */
const podSeconds = 2_400;

/** What images of the engine are called. @throws {HarnessError} `args/unknown-engine` */
function imageOf({ engine }: EnginePick): RegExp {
  const signs = engineSigns.find(({ name }) => name === engine.name);
  if (signs !== undefined) return signs.image;
  const known = engineSigns.map(({ name }) => name).join(", ");
  throw new HarnessError(
    "args/unknown-engine",
    `--provider existing finds an engine by its image, and nobody has said what images of ${engine.name} are called.\nFix: give one of ${known}, or add engines/NAME/audit.ts.`,
  );
}

async function connect({ kubeconfig, context }: ExistingOptions) {
  const config = await readKubeconfig(kubeconfig, context);
  return { config, api: connectKubeconfig(config), server: accessOfKubeconfig(config).server };
}

async function versionOf(api: KubeApi, server: string): Promise<string> {
  try {
    const { status, body } = await api.request("GET", "/version");
    const version = textAt(body, "gitVersion");
    if (version !== undefined) return version;
    throw new Error(textAt(body, "message") ?? `status ${status}`);
  } catch (thrown) {
    throw new HarnessError(
      "cluster/api-failed",
      `the API server at ${server} does not tell its version.\nSaw: ${toHarnessError(thrown).message.split("\n")[0]}\nFix: see that this answers: kubectl --kubeconfig FILE version.`,
      { cause: thrown },
    );
  }
}

/** What a run says of a cluster of the user's own before anything is made in it. */
export interface FoundCluster {
  readonly controlPlane: ControlPlane;
  readonly programs: Readonly<Record<string, EngineProgramEntry>>;
}

/**
 * Looks at the cluster that the user handed over: its version, and the engine that runs there. Changes nothing.
 *
 * @throws {HarnessError} `cluster/api-failed`, `existing/no-engine`, `args/*`
 */
export async function findExisting(
  options: ExistingOptions,
  picks: readonly EnginePick[],
  report: (line: string) => void,
): Promise<FoundCluster> {
  const { api, server } = await connect(options);
  using _api = api;
  const version = await versionOf(api, server);
  const programs: Record<string, EngineProgramEntry> = {};
  for (const pick of picks) {
    const { name, version: wanted } = pick.selection;
    const pods = await findEnginePods(api, imageOf(pick));
    const found = describeFound(pods, { name, ...(wanted === undefined ? {} : { version: wanted }) });
    programs[engineLabel(pick.selection)] = { path: found.image, digest: found.digest, source: "cluster" };
    report(`${server}: Kubernetes ${version}, ${found.image} on ${found.nodes.join(", ")}`);
  }
  // Of the programs behind its API nothing is known but this.
  const program = { path: "", version, sha256: createHash("sha256").update(version).digest("hex") };
  const etcd = { ...program, version: "not known" };
  return { controlPlane: { source: "cluster", etcd, kubeApiserver: program }, programs };
}

/** A way to one node, by the pods of an audit. */
async function openNode(
  nodes: NodesApi,
  name: string,
  {
    run,
    namespace,
    image,
    signal,
  }: {
    readonly run: string;
    readonly namespace: string;
    readonly image: string | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<NodeDoor> {
  const opened = await openNodes(nodes, {
    run,
    namespace,
    node: name,
    patienceMs,
    everyMs,
    podSeconds,
    signal: signal ?? new AbortController().signal,
    ...(image === undefined ? {} : { image }),
  });
  const [source] = opened.sources;
  return {
    ask: async (script) => {
      if (source === undefined) throw new HarnessError("run/internal", `there is no way to ${name}`);
      return await source.ask(script);
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** The cluster of a run, as its attempts are lent it. */
export async function openExistingPool(
  options: ExistingOptions,
  runId: string,
  picks: readonly EnginePick[],
): Promise<ClusterPool> {
  const [pick] = picks;
  if (pick === undefined) throw new HarnessError("run/internal", "a run without an engine got this far");
  const { config, api, server } = await connect(options);
  const nodes = connectNodes(config);
  const namespace = runNamespace(runId);
  const run = namespace.slice(namespace.lastIndexOf("-") + 1);
  const { nodeImage: image } = options;
  return createExistingPool({
    api,
    server,
    runId,
    image: imageOf(pick),
    // Of each node its own, so that one that is done takes no other's away.
    openNode: (name, signal) => {
      const own = `${run}${createHash("sha256").update(name).digest("hex").slice(0, 4)}`;
      return openNode(nodes, name, { run: own, namespace, image, signal });
    },
  });
}

/** Whatever the inside could not delete any more. */
export async function leaveNoNamespaces(
  options: ExistingOptions,
  runId: string,
  report: (line: string) => void,
): Promise<void> {
  const { api } = await connect(options);
  using _api = api;
  for (const { name } of await listRunNamespaces(api, runId)) {
    await removeRunNamespace(api, name, { runId });
    report(`removed what was left: namespace ${name}`);
  }
}
