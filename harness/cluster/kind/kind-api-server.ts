import type { KubeApi } from "../../kube/client.ts";
import { until } from "../../wait/until.ts";
import type { ClusterLease } from "../cluster.ts";
import type { RunTool } from "./docker.ts";
import { execInNode, type KindNode } from "./kind-node.ts";

const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
const away = "/etc/kubernetes/kube-apiserver.yaml.away";
const readyMs = 180_000;

/**
 * kubelet runs it as long as its manifest is there: that goes first, then the process by SIGKILL. One that
 * kubelet has started meanwhile is killed too, until there was none for a second.
 */
const kill = `[ ! -e ${manifest} ] || mv ${manifest} ${away}
quiet=0
for _ in $(seq 100); do
  if pkill -KILL -x kube-apiserver; then quiet=0; else quiet=$((quiet + 1)); fi
  [ "$quiet" -lt 10 ] || exit 0
  sleep 0.1
done
echo "kube-apiserver is started again and again" >&2
exit 1`;

const start = `[ ! -e ${away} ] || mv ${away} ${manifest}`;

/**
 * Waits until the API server says that it is ready.
 *
 * @throws {HarnessError} `wait/timed-out`
 */
export async function untilApiReady(api: Pick<KubeApi, "request">, signal?: AbortSignal): Promise<void> {
  const isReady = async (): Promise<true | undefined> =>
    (await api.request("GET", "/readyz")).status === 200 ? true : undefined;
  const limits = { timeoutMs: readyMs, everyMs: 200, ...(signal === undefined ? {} : { signal }) };
  await until("the API server is ready again", isReady, limits);
}

/** The death of a cluster's API server, a static pod, and its way back. */
export function controlApiServer({
  node,
  api,
  runTool,
}: {
  readonly node: KindNode;
  readonly api: KubeApi;
  readonly runTool: RunTool;
}): Pick<ClusterLease, "killApiServer" | "startApiServer"> {
  let isDead = false;
  return {
    async killApiServer() {
      isDead = true;
      await execInNode(node, ["sh", "-c", kill], runTool);
    },
    async startApiServer() {
      if (!isDead) return;
      await execInNode(node, ["sh", "-ec", start], runTool);
      await untilApiReady(api);
      isDead = false;
    },
  };
}
