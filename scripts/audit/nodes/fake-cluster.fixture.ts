import { textAt } from "../../../harness/audit/fields.ts";
import type { PodContainer } from "../../../harness/kube/exec-in-pod.ts";
import type { NodesApi } from "./open-nodes.ts";

/** What happens to a pod on a node. */
type Fate = "runs" | "refused" | "waits" | "never-answers";

interface FakePod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName: string };
  readonly status: object;
}

/** A cluster of whose API only that much is there. */
export interface FakeCluster extends NodesApi {
  readonly pods: FakePod[];
  /** Every pod that was made. */
  readonly made: unknown[];
  /** Commands by the pod's name. */
  readonly asked: (readonly [pod: string, argv: readonly string[]])[];
  /** Pods cannot be deleted any more. */
  keepPods(): void;
}

const running = { phase: "Running", containerStatuses: [{ ready: true }] };
const waiting = {
  phase: "Pending",
  containerStatuses: [
    { ready: false, state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
  ],
};

function selected(path: string): (pod: FakePod) => boolean {
  const url = new URL(path, "https://api");
  const [key = "", value] = (url.searchParams.get("labelSelector") ?? "").split("=");
  const namespace = /namespaces\/([^/]+)\/pods/.exec(url.pathname)?.[1];
  return ({ metadata }) =>
    metadata.labels[key] === value && (namespace === undefined || metadata.namespace === namespace);
}

/** A cluster with these nodes; `deployed` have a pod of the DaemonSet. */
export function createFakeCluster(
  fates: Readonly<Record<string, Fate>>,
  {
    deployed = [],
    windows = [],
    answer = () => "",
  }: {
    readonly deployed?: readonly string[];
    readonly windows?: readonly string[];
    readonly answer?: (node: string, script: string) => string;
  } = {},
): FakeCluster {
  const pods: FakePod[] = deployed.map((nodeName) => ({
    metadata: {
      name: `ds-${nodeName}`,
      namespace: "leakproof-audit",
      labels: { "app.kubernetes.io/name": "leakproof-audit" },
    },
    spec: { nodeName },
    status: running,
  }));
  const made: unknown[] = [];
  const asked: (readonly [string, readonly string[]])[] = [];
  let keeps = false;
  const nodes = [
    ...Object.keys(fates).map((name) => ({ metadata: { name, labels: { "kubernetes.io/os": "linux" } } })),
    ...windows.map((name) => ({ metadata: { name, labels: { "kubernetes.io/os": "windows" } } })),
  ];
  const create = (body: unknown) => {
    const { metadata, spec } = body as FakePod;
    const fate = fates[spec.nodeName];
    if (fate === "refused") return { status: 403, body: { message: "violates PodSecurity" } };
    made.push(body);
    pods.push({ metadata, spec, status: fate === "waits" ? waiting : running });
    return { status: 201, body };
  };
  return {
    pods,
    made,
    asked,
    keepPods: () => void (keeps = true),
    async request(method, path, body) {
      if (path === "/api/v1/nodes") return { status: 200, body: { items: nodes } };
      if (method === "POST") return create(body);
      const isSelected = selected(path);
      if (method === "DELETE" && !keeps)
        pods.splice(0, pods.length, ...pods.filter((pod) => !isSelected(pod)));
      return { status: 200, body: { items: pods.filter(isSelected) } };
    },
    async exec({ pod }: PodContainer, argv) {
      asked.push([pod, argv]);
      const node = pods.find(({ metadata }) => metadata.name === pod)?.spec.nodeName ?? "";
      if (fates[node] === "never-answers") return { stdout: "", stderr: "no route to host", exitCode: 1 };
      return { stdout: answer(node, argv.at(-1) ?? ""), stderr: "", exitCode: 0 };
    },
  };
}

/** Names of nodes that pods are on. */
export function nodesOf(pods: readonly unknown[]): readonly string[] {
  return pods.map((pod) => textAt(pod, "spec", "nodeName") ?? "").toSorted();
}
