import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { RenderContext } from "../../harness/model/engine.ts";
import type { FeatureObject, KubeObject } from "../../harness/model/objects.ts";
import { endpoints, networkPolicy, plainService } from "../kubernetes-objects.ts";

/** The objects of the API that stand for `object`. */
export function render(object: FeatureObject, { namespace }: RenderContext): readonly KubeObject[] {
  if (object.kind === "pod-policy") return networkPolicy(object, namespace);
  // Releases before v2 read Endpoints, later ones EndpointSlices.
  if (object.kind === "service")
    return [...plainService(object, namespace), endpoints(object, namespace, object.ports)];
  throw new HarnessError(
    "run/internal",
    `kube-router claims no feature that needs the ${object.kind} ${object.name}.`,
  );
}
