import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import { withoutMirror } from "../without-mirror.ts";
import type { NamedPods } from "./named-pods.ts";

/** What a scenario or a fault asks for and a cluster of kind cannot give: the attempt is `not-exercised`. */
export function lacks(what: string): HarnessError {
  return new HarnessError(
    "kind/lacks",
    `${what} is not to be had on a cluster of kind.\nFix: run this in the sandbox: leave --provider out.`,
  );
}

/** Tells the cluster's networks by its flags; the cluster's own does, and was started with the same. */
function isOfControllerManager({ kind, metadata }: KubeObject): boolean {
  return kind === "Pod" && metadata.labels?.["component"] === "kube-controller-manager";
}

/** The API of a cluster that has a scheduler, controllers and kubelets of its own. */
export function asOnKind(api: KubeApi, pods: NamedPods): KubeApi {
  return {
    ...api,
    async apply(object) {
      if (isOfControllerManager(object)) return;
      if (object.kind === "Pod") await pods.run(object);
      else await api.apply(object.kind === "Endpoints" ? withoutMirror(object) : object);
    },
  };
}
