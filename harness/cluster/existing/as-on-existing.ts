import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import { type KubeObject, objectName } from "../../model/objects.ts";
import { withoutMirror } from "../without-mirror.ts";
import { lacks } from "./lacks.ts";
import type { OwnItems } from "./own-items.ts";

/**
 * The API of a cluster that is somebody's, as an attempt may use it: it writes to its own namespace and nowhere else.
 * A pod is refused too: it would be scheduled and run.
 */
export function asOnExisting(api: KubeApi, namespace: string, own: OwnItems): KubeApi {
  const expectOwn = ({ kind, metadata }: Pick<KubeObject, "kind" | "metadata">): void => {
    if (metadata.namespace === namespace) return;
    throw lacks(`${objectName({ kind, metadata })}, which is not in the run's namespace,`);
  };
  return {
    ...api,
    async apply(object) {
      expectOwn(object);
      if (object.kind === "Pod") throw lacks("a pod that only the API knows");
      own.wrote(object);
      await api.apply(object.kind === "Endpoints" ? withoutMirror(object) : object);
    },
    async remove(object) {
      expectOwn(object);
      return await api.remove(object);
    },
    async createToken() {
      throw lacks("a token of the engine");
    },
    async request(method, path, ...rest) {
      if (method !== "GET") throw new HarnessError("run/internal", `${method} ${path} on somebody's cluster`);
      return await api.request(method, path, ...rest);
    },
  };
}
