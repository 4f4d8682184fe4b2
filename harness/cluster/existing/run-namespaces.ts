import { createHash } from "node:crypto";
import { at, listAt, textAt } from "../../audit/fields.ts";
import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import { until } from "../../wait/until.ts";
import { renderOwner, runName } from "../kind/run-network.ts";

/** Every namespace of a run carries its id, and by whom it was made: boot, process, its start time. */
const runLabel = "leakproof.dev/run";
const ownerAnnotation = "leakproof.dev/owner";

const goneMs = 120_000;
const furnishedMs = 10_000;

/** The namespace of a run, for the pods that look at nodes. */
export function runNamespace(runId: string): string {
  return runName(runId);
}

/** The namespace of an attempt; attempts in one world have the same one, so that rules are called the same. */
export function attemptNamespace(runId: string, world: string): string {
  return `${runName(runId)}-${createHash("sha256").update(world).digest("hex").slice(0, 8)}`;
}

const pathOf = (name: string): string => `/api/v1/namespaces/${encodeURIComponent(name)}`;

function refused(what: string, { status, body }: { status: number; body: unknown }): HarnessError {
  return new HarnessError(
    "cluster/api-failed",
    `${what} failed.\nSaw: ${textAt(body, "message") ?? `status ${status}`}\nFix: see docs/existing.md for the rights that this needs.`,
  );
}

/**
 * Makes a namespace of a run, and waits until the cluster has put into it what it always does.
 *
 * @param isForPods - pods with the network of their node are let in
 * @throws {HarnessError} `cluster/api-failed`, also where it is there already
 */
export async function createRunNamespace(
  api: KubeApi,
  name: string,
  { runId, isForPods }: { readonly runId: string; readonly isForPods: boolean },
): Promise<void> {
  const answer = await api.request("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        // A label's value is 63 characters at most.
        [runLabel]: runId.slice(0, 63),
        "app.kubernetes.io/managed-by": "leakproof",
        ...(isForPods ? { "pod-security.kubernetes.io/enforce": "privileged" } : {}),
      },
      annotations: { [ownerAnnotation]: renderOwner() },
    },
  });
  if (answer.status !== 201) throw refused(`making the namespace ${name}`, answer);
  if (!isForPods) return;
  const account = `${pathOf(name)}/serviceaccounts/default`;
  const isFurnished = async (): Promise<true | undefined> =>
    (await api.request("GET", account)).status === 200 ? true : undefined;
  // Without it pods are refused, which is told then, with the reason.
  await until(`the service account of ${name}`, isFurnished, {
    timeoutMs: furnishedMs,
    everyMs: 50,
  }).catch(() => undefined);
}

/** A namespace of that name which carries no run, or another one, is somebody else's. */
async function isOfRun(api: KubeApi, name: string, runId: string): Promise<boolean> {
  const { body } = await api.request("GET", pathOf(name));
  return textAt(at(body, "metadata", "labels"), runLabel) === runId.slice(0, 63);
}

/**
 * Deletes a namespace of a run with all that is in it, and waits until it is gone. One that is not the run's is left alone.
 *
 * @throws {HarnessError} `run/residue` where it stays
 */
export async function removeRunNamespace(
  api: KubeApi,
  name: string,
  { runId, timeoutMs = goneMs }: { readonly runId: string; readonly timeoutMs?: number },
): Promise<void> {
  let seen = "";
  const isGone = async (): Promise<true | undefined> => {
    if (!(await isOfRun(api, name, runId))) return true;
    // Again each time: the first may have found no answer.
    const { status, body } = await api.request("DELETE", pathOf(name));
    const conditions = listAt(body, "status", "conditions").filter(
      (each) => textAt(each, "status") === "True",
    );
    seen = [textAt(body, "message"), ...conditions.map((each) => textAt(each, "message"))]
      .filter((text) => text !== undefined)
      .join("; ");
    return status === 404 ? true : undefined;
  };
  try {
    await until(`the namespace ${name} is gone`, isGone, { timeoutMs, everyMs: 250 });
  } catch (thrown) {
    throw new HarnessError(
      "run/residue",
      `the namespace ${name} is still there.\nSaw: ${seen || String(thrown)}\nFix: kubectl delete namespace ${name}; a finalizer in it that nobody takes off is the engine's: kubectl get namespace ${name} -o yaml.`,
      { cause: thrown },
    );
  }
}

/** A namespace of some run. */
export interface RunNamespace {
  readonly name: string;
  readonly runId: string;
  readonly owner: string;
  /** ms since 1970. */
  readonly createdMs: number;
}

/** The namespaces of one run, or of all runs of whoever. */
export async function listRunNamespaces(api: KubeApi, runId?: string): Promise<readonly RunNamespace[]> {
  const selector = runId === undefined ? runLabel : `${runLabel}=${runId.slice(0, 63)}`;
  const answer = await api.request("GET", `/api/v1/namespaces?labelSelector=${encodeURIComponent(selector)}`);
  if (answer.status !== 200) throw refused("listing namespaces", answer);
  return listAt(answer.body, "items").map((item) => ({
    name: textAt(item, "metadata", "name") ?? "",
    runId: textAt(at(item, "metadata", "labels"), runLabel) ?? "",
    owner: textAt(at(item, "metadata", "annotations"), ownerAnnotation) ?? "",
    createdMs: Date.parse(textAt(item, "metadata", "creationTimestamp") ?? ""),
  }));
}
