import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { RenderContext } from "../../harness/model/engine.ts";
import type { FeatureObject, KubeObject } from "../../harness/model/objects.ts";
import { plainService } from "../kubernetes-objects.ts";

/** The objects of the API that stand for `object`: kube-proxy reads Services and EndpointSlices. */
export function render(object: FeatureObject, context: RenderContext): readonly KubeObject[] {
  if (object.kind !== "service") {
    throw new HarnessError(
      "run/internal",
      `kube-proxy claims no feature that needs ${object.kind} ${object.name}.`,
    );
  }
  return plainService(object, context.namespace);
}
