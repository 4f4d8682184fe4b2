import type { KubeConfig } from "@kubernetes/client-node";
import { accessOfKubeconfig } from "../../../harness/kube/api-access.ts";
import { execInPod } from "../../../harness/kube/exec-in-pod.ts";
import { send } from "../../../harness/kube/send.ts";
import type { NodesApi } from "./open-nodes.ts";

/** A dump of a node with very many rules takes seconds. */
const execTimeoutMs = 120_000;

/** The API of a kubeconfig, for looks at its nodes. */
export function connectNodes(config: KubeConfig): NodesApi {
  const access = accessOfKubeconfig(config);
  return {
    request: (method, path, body) => send(access, method, path, body),
    exec: (at, argv) => execInPod(config, at, argv, execTimeoutMs),
  };
}
