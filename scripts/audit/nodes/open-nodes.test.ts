import { describe, expect, it, vi } from "vitest";
import { at, textAt } from "../../../harness/audit/fields.ts";
import { createFakeCluster, nodesOf } from "./fake-cluster.fixture.ts";
import { type NodesOptions, openNodes } from "./open-nodes.ts";

function optionsOf(more: Partial<NodesOptions> = {}): NodesOptions {
  return {
    run: "r1",
    image: "leakproof:1",
    namespace: "kube-system",
    patienceMs: 5_000,
    everyMs: 1,
    signal: new AbortController().signal,
    ...more,
  };
}
function withoutImage(): NodesOptions {
  const { image: _, ...rest } = optionsOf();
  return rest;
}

describe("every node of a cluster", () => {
  it("is asked through a pod of this run on each, and no pod is left", async () => {
    const cluster = createFakeCluster({ a: "runs", b: "runs" }, { answer: (node) => `of ${node}` });
    {
      await using nodes = await openNodes(cluster, optionsOf());
      expect(nodesOf(cluster.pods)).toEqual(["a", "b"]);
      expect(await Promise.all(nodes.sources.map((source) => source.ask("dump")))).toEqual(["of a", "of b"]);
      expect(cluster.asked.map(([, argv]) => argv)).toEqual([
        ["sh", "-c", "dump"],
        ["sh", "-c", "dump"],
      ]);
    }
    expect(cluster.pods).toEqual([]);
    for (const pod of cluster.made) {
      expect(at(pod, "metadata", "labels")).toMatchObject({ "leakproof.dev/audit": "r1" });
      expect(at(pod, "spec")).toMatchObject({
        hostNetwork: true,
        hostPID: true,
        automountServiceAccountToken: false,
        activeDeadlineSeconds: 600,
      });
    }
    expect(new Set(cluster.made.map((pod) => textAt(pod, "metadata", "name"))).size).toBe(2);
  });

  it("is asked through the DaemonSet where that runs, and its pods stay", async () => {
    const cluster = createFakeCluster({ a: "runs", b: "runs" }, { deployed: ["b"] });
    {
      await using nodes = await openNodes(cluster, optionsOf());
      for (const source of nodes.sources) await source.ask("dump");
      expect(nodesOf(cluster.made)).toEqual(["a"]);
      expect(cluster.asked.map(([pod]) => pod)).toContain("ds-b");
    }
    expect(nodesOf(cluster.pods)).toEqual(["b"]);
  });

  it("may be one of them, and none that is no Linux", async () => {
    const cluster = createFakeCluster({ a: "runs", b: "runs" }, { windows: ["w"] });
    await using nodes = await openNodes(cluster, optionsOf({ node: "b" }));
    expect(nodes.sources.map(({ name }) => name)).toEqual(["b"]);
    expect(nodesOf(cluster.made)).toEqual(["b"]);
    await using all = await openNodes(cluster, optionsOf({ run: "r2" }));
    expect(all.sources.map(({ name }) => name)).toEqual(["a", "b"]);
    await expect(openNodes(cluster, optionsOf({ node: "c" }))).rejects.toThrow(/args\/bad-value.*"c".*a, b/s);
    const empty = createFakeCluster({}, { windows: ["w"] });
    await expect(openNodes(empty, optionsOf())).rejects.toThrow(/args\/bad-value.*no Linux node/);
  });
});

describe("a node that cannot be looked at", () => {
  it.each([
    ["waits", /its pod does not run: ImagePullBackOff: no such image/],
    ["refused", /no pod could be made there: violates PodSecurity/],
    ["never-answers", /its pod .* answers: no route to host/],
  ] as const)("says why, and the others answer: %s", async (fate, why) => {
    const cluster = createFakeCluster({ a: "runs", b: fate }, { answer: () => "dump" });
    {
      await using nodes = await openNodes(cluster, optionsOf({ patienceMs: 500 }));
      expect(await nodes.sources[0]?.ask("dump")).toBe("dump");
      await expect(nodes.sources[1]?.ask("dump")).rejects.toThrow(why);
    }
    expect(cluster.pods).toEqual([]);
  });

  it("is one without a pod of the DaemonSet, where no image is given", async () => {
    const cluster = createFakeCluster({ a: "runs", b: "runs" }, { deployed: ["a"] });
    await using nodes = await openNodes(cluster, withoutImage());
    expect(await nodes.sources[0]?.ask("dump")).toBe("");
    await expect(nodes.sources[1]?.ask("dump")).rejects.toThrow("no --image for one is given");
    expect(cluster.made).toEqual([]);
  });

  it("is refused where it would be all of them", async () => {
    const cluster = createFakeCluster({ a: "runs" });
    await expect(openNodes(cluster, withoutImage())).rejects.toThrow("args/bad-value");
    expect(cluster.made).toEqual([]);
  });
});

describe("what was made", () => {
  it("is removed where Ctrl-C comes while it is waited for", async () => {
    const cluster = createFakeCluster({ a: "waits" });
    const ending = new AbortController();
    const opening = openNodes(cluster, optionsOf({ signal: ending.signal }));
    await vi.waitFor(() => expect(cluster.made).toHaveLength(1));
    ending.abort(new Error("Ctrl-C"));
    await expect(opening).rejects.toThrow("Ctrl-C");
    expect(cluster.made).toHaveLength(1);
    expect(cluster.pods).toEqual([]);
  });

  it("and cannot be removed is told, with the command that does", async () => {
    const cluster = createFakeCluster({ a: "runs" });
    const nodes = await openNodes(cluster, optionsOf({ patienceMs: 100 }));
    cluster.keepPods();
    await expect(nodes[Symbol.asyncDispose]()).rejects.toThrow(
      /run\/residue.*kubectl -n kube-system delete pods -l leakproof.dev\/audit=r1/s,
    );
  });
});
