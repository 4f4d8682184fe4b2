import { expect, test } from "vitest";
import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import { asOnKind } from "./as-on-kind.ts";

function recording(): { readonly api: KubeApi; readonly applied: KubeObject[] } {
  const applied: KubeObject[] = [];
  const never = async (): Promise<never> => Promise.reject(new Error("not asked for"));
  const api: KubeApi = {
    apply: async (object) => void applied.push(object),
    remove: never,
    createToken: never,
    request: never,
    [Symbol.dispose]: () => undefined,
  };
  return { api: asOnKind(api), applied };
}

test.each([{ nodeName: "n1" }, {}])("a pod is refused, with a node (%o) or without one", async (spec) => {
  const { api, applied } = recording();
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n" }, spec };
  await expect(api.apply(pod)).rejects.toThrow(/\[kind\/lacks\] a pod that only the API knows/);
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
