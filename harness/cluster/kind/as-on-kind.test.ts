import { expect, test } from "vitest";
import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import { asOnKind } from "./as-on-kind.ts";

function recording(): {
  readonly api: KubeApi;
  readonly applied: KubeObject[];
  readonly run: KubeObject[];
} {
  const applied: KubeObject[] = [];
  const run: KubeObject[] = [];
  const never = async (): Promise<never> => Promise.reject(new Error("not asked for"));
  const api: KubeApi = {
    apply: async (object) => void applied.push(object),
    remove: never,
    createToken: never,
    request: never,
    [Symbol.dispose]: () => undefined,
  };
  return { api: asOnKind(api, { run: async (pod) => void run.push(pod) }), applied, run };
}

test("a pod is run by its node's kubelet; that of the controller manager is there already", async () => {
  const { api, applied, run } = recording();
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n" }, spec: {} };
  await api.apply(pod);
  const labels = { component: "kube-controller-manager" };
  await api.apply({ ...pod, metadata: { ...pod.metadata, labels } });
  expect(run).toEqual([pod]);
  expect(applied).toEqual([]);
});

test("Endpoints are not copied to slices; everything else is applied as it is", async () => {
  const { api, applied } = recording();
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "s", namespace: "n" } };
  const backends = { ...service, kind: "Endpoints", subsets: [] };
  await api.apply(service);
  await api.apply(backends);
  expect(applied).toEqual([
    service,
    {
      ...backends,
      metadata: { ...backends.metadata, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    },
  ]);
});
