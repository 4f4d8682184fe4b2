import type { KubeObject } from "../model/objects.ts";

/** Backends that a scenario writes in both forms are not to be copied from one to the other by a controller. */
export function withoutMirror(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, "endpointslice.kubernetes.io/skip-mirror": "true" };
  return { ...object, metadata: { ...object.metadata, labels } };
}
