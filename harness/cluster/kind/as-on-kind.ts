import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import { withoutMirror } from "../without-mirror.ts";

/** What a scenario or a fault asks for and a cluster of kind cannot give: the attempt is `not-exercised`. */
export function lacks(what: string): HarnessError {
  return new HarnessError(
    "kind/lacks",
    `${what} is not to be had on a cluster of kind.\nFix: run this in the sandbox: leave --provider out.`,
  );
}

/**
 * The API of a cluster that has a scheduler, controllers and kubelets of its own.
 *
 * A pod is refused: it would be scheduled, run, and reported by others than the scenario.
 */
export function asOnKind(api: KubeApi): KubeApi {
  return {
    ...api,
    async apply(object) {
      if (object.kind === "Pod") throw lacks("a pod that only the API knows");
      await api.apply(object.kind === "Endpoints" ? withoutMirror(object) : object);
    },
  };
}
