import { describe, expect, it } from "vitest";
import { createFakeApi, enginePod, proxyImage } from "./fake-cluster.fixture.ts";
import { describeFound, findEnginePods } from "./found-engine.ts";

const podsOf = async (pods: readonly unknown[]) => {
  const api = createFakeApi([]);
  api.lists["/api/v1/pods"] = pods;
  return await findEnginePods(api, proxyImage);
};

const otherImage = (pod: ReturnType<typeof enginePod>, image: string) => ({
  ...pod,
  spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0], image }] },
});

describe("the engine of a cluster", () => {
  it("is known by its image, with the version and the digest that its nodes tell", async () => {
    const others = otherImage(enginePod("c"), "example.org/web:v9");
    const found = describeFound(await podsOf([enginePod("a"), enginePod("b"), others]), {
      name: "kube-proxy",
    });
    expect(found).toEqual({
      image: "registry.k8s.io/kube-proxy:v1.36.1",
      version: "v1.36.1",
      digest: "c".repeat(64),
      nodes: ["a", "b"],
    });
  });

  it.each([
    ["none", [], {}, "no pod with an image of it"],
    [
      "one that is not ready",
      [{ ...enginePod("a"), status: { phase: "Pending" } }],
      {},
      "kube-system/proxy-a",
    ],
    ["another version", [enginePod("a")], { version: "v1.35.0" }, "kube-proxy@v1.35.0"],
    [
      "two of them",
      [enginePod("a"), otherImage(enginePod("b"), "registry.k8s.io/kube-proxy:v1.35.0")],
      {},
      "different images",
    ],
  ])("is refused where there is %s", async (_, pods, wanted, text) => {
    const found = await podsOf(pods);
    expect(() => describeFound(found, { name: "kube-proxy", ...wanted })).toThrow(
      new RegExp(`existing/no-engine.*${text}`, "s"),
    );
  });
});
