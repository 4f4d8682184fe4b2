import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../model/objects.ts";
import { createFakeApi, enginePod, type FakeApi, proxyImage } from "./fake-cluster.fixture.ts";
import { leaseExisting } from "./lease.ts";
import { createExistingPool } from "./pool.ts";

const namespace = "leakproof-1-2";

function leaseOf(api: FakeApi, opened: string[] = []) {
  return leaseExisting({
    api,
    server: "https://192.0.2.1:6443",
    image: proxyImage,
    runId: "run",
    namespace,
    async openNode(name) {
      opened.push(name);
      return {
        ask: async () => "",
        [Symbol.asyncDispose]: async () => void opened.push(`-${name}`),
      };
    },
  });
}

const service = (of: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: of },
});

describe("a cluster of the user's own, lent to an attempt", () => {
  it("has a namespace for it, which goes with the lease, with the ways to its nodes", async () => {
    const api = createFakeApi(["a", "b"]);
    const opened: string[] = [];
    {
      await using lease = await leaseOf(api, opened);
      expect([...api.namespaces.keys()]).toEqual([namespace]);
      expect(lease.theirs).toMatchObject({ namespace, engineNodes: 2 });
      expect((await lease.acquireNode()).ref).toEqual({ name: "a", ipv4: "192.0.2.1", ipv6: "" });
      expect((await lease.acquireNode()).ref.name).toBe("b");
      await expect(lease.acquireNode()).rejects.toThrow(/existing\/lacks.*one more node/);
    }
    expect(opened).toEqual(["a", "b", "-b", "-a"]);
    expect(api.namespaces.size).toBe(0);
  });

  it("tells what is taken, and what flags and nodes name", async () => {
    await using lease = await leaseOf(createFakeApi(["a"]));
    expect(lease.theirs?.taken).toEqual({ addresses: new Set(["10.96.4.4"]), nodePorts: new Set([30_123]) });
    expect(lease.theirs?.networks.map(({ cidr }) => cidr)).toEqual(["10.9.0.0/24", "10.9.0.0/16"]);
    expect(lease.network).toMatchObject({ serviceCidr: "10.96.0.0/16", serviceCidr6: "" });
  });

  it("is written to in that namespace and nowhere else, and gets no pod", async () => {
    const api = createFakeApi(["a"]);
    await using lease = await leaseOf(api);
    await lease.api.apply(service(namespace));
    await expect(lease.api.apply(service("shop"))).rejects.toThrow(/existing\/lacks.*Service shop\/web/);
    await expect(lease.api.remove(service("shop"))).rejects.toThrow("existing/lacks");
    await expect(lease.api.apply({ ...service(namespace), kind: "Pod" })).rejects.toThrow("existing/lacks");
    await expect(lease.api.request("PATCH", "/api/v1/nodes/a")).rejects.toThrow("run/internal");
    expect(api.written).toEqual([`Service ${namespace}/web`]);
  });

  it("lets nobody do anything to its nodes, its engine and its API server", async () => {
    await using lease = await leaseOf(createFakeApi(["a"]));
    const node = await lease.acquireNode();
    const acts: readonly (() => unknown)[] = [
      () => node.exec(["true"]),
      () => node.startEngine({} as never),
      () => node.holdXtablesLock(),
      () => node.connect("192.0.2.1", 80, 1),
      () => lease.killApiServer(),
      async () => (await lease.openAccess(node, {} as never)).faults.inject({ kind: "stale" }),
    ];
    for (const act of acts)
      await expect((async () => await act())(), String(act)).rejects.toThrow("existing/lacks");
  });

  it("says what has become of the engine", async () => {
    const api = createFakeApi(["a"]);
    await using lease = await leaseOf(api);
    expect(await lease.theirs?.lookAtEngine("a")).toBeUndefined();
    api.lists["/api/v1/pods"] = [enginePod("a", { restarts: 2 })];
    expect(await lease.theirs?.lookAtEngine("a")).toEqual({
      exitCode: 137,
      reason: "its container was started 2 times by its node: OOMKilled",
    });
    api.lists["/api/v1/pods"] = [enginePod("a", { uid: "another" })];
    await expect(lease.theirs?.lookAtEngine("a")).rejects.toThrow("existing/engine-changed");
  });

  it("leaves a namespace alone that somebody else made under that name", async () => {
    const api = createFakeApi(["a"]);
    api.namespaces.set(namespace, { metadata: { name: namespace, creationTimestamp: "" } });
    await expect(leaseOf(api)).rejects.toThrow(/cluster\/api-failed.*already exists/s);
    expect([...api.namespaces.keys()]).toEqual([namespace]);
  });
});

it("a pool has a namespace of its own for the run, until it is disposed of", async () => {
  const api = createFakeApi(["a"]);
  {
    await using pool = createExistingPool({
      api,
      server: "https://192.0.2.1:6443",
      image: proxyImage,
      runId: "run",
      openNode: () => Promise.reject(new Error("nobody asks")),
    });
    expect(api.namespaces.size).toBe(0);
    const first = await pool.acquireCluster(undefined, "one");
    const names = [...api.namespaces.keys()];
    await first[Symbol.asyncDispose]();
    await using again = await pool.acquireCluster(undefined, "one");
    expect(again.theirs?.namespace).toBe(first.theirs?.namespace);
    expect([...api.namespaces.keys()]).toEqual(names);
    expect(names).toHaveLength(2);
  }
  expect(api.namespaces.size).toBe(0);
});
