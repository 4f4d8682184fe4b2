import { createHash } from "node:crypto";
import { at, listAt, textAt } from "../../../harness/audit/fields.ts";
import type { KubeObject } from "../../../harness/model/objects.ts";

/** What all pods of one run carry. */
export const runLabel = "leakproof.dev/audit";

/** Of the pod's only container. */
export const containerName = "audit";

const defaultSeconds = 600;

/** The pod of a run on a node: it sleeps, with as many rights as the dump tools need (deploy/audit/daemonset.yaml has the same). */
export function auditPod(
  node: string,
  {
    run,
    image,
    namespace,
    podSeconds: deadlineSeconds = defaultSeconds,
  }: {
    readonly run: string;
    readonly image: string;
    readonly namespace: string;
    readonly podSeconds?: number;
  },
): KubeObject {
  const hash = createHash("sha256").update(node).digest("hex").slice(0, 10);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `leakproof-audit-${run}-${hash}`,
      namespace,
      labels: { [runLabel]: run, "app.kubernetes.io/managed-by": "leakproof" },
    },
    spec: {
      // No scheduler is asked: it is that node, or none.
      nodeName: node,
      hostNetwork: true,
      hostPID: true,
      restartPolicy: "Never",
      activeDeadlineSeconds: deadlineSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: containerName,
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["sleep", String(deadlineSeconds)],
          securityContext: {
            runAsUser: 0,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
            seccompProfile: { type: "RuntimeDefault" },
          },
        },
      ],
    },
  };
}

/** Whether it runs, still may, or will not. */
export function stateOf(pod: unknown): "running" | "starting" | "ended" {
  const phase = textAt(pod, "status", "phase");
  if (phase === "Failed" || phase === "Succeeded" || at(pod, "metadata", "deletionTimestamp") !== undefined)
    return "ended";
  const containers = listAt(pod, "status", "containerStatuses");
  const isReady = containers.length > 0 && containers.every((each) => at(each, "ready") === true);
  return phase === "Running" && isReady ? "running" : "starting";
}

/** What keeps it from running, as its node says. */
export function whyNot(pod: unknown): string {
  const [container] = listAt(pod, "status", "containerStatuses");
  const said = at(container, "state", "waiting") ?? at(container, "state", "terminated") ?? at(pod, "status");
  const words = [textAt(said, "reason"), textAt(said, "message")].filter((text) => text !== undefined);
  const phase = textAt(pod, "status", "phase") ?? "Pending";
  return words.length > 0 ? words.join(": ") : `it is ${phase}, and its node says nothing`;
}
