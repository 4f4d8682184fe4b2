import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFakeKind, type FakeKind, imageId } from "./fake-kind.fixture.ts";
import { type KindCluster, openKindCluster } from "./kind-cluster.ts";
import type { ImageArchive } from "./load.ts";
import { readTopology } from "./topology.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "leakproof-kind-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const image: ImageArchive = { path: "/images/engine.tar", reference: "docker.io/x/engine:1", id: imageId };

async function open({ host }: FakeKind, topology = "one-node", name = "c1"): Promise<KindCluster> {
  return openKindCluster(host, {
    name,
    topology: await readTopology(topology),
    directory: join(directory, name),
  });
}

describe("the order of a cluster's life", () => {
  it("is: created, its pods joined, every node Ready, then images, then deleted", async () => {
    const fake = createFakeKind({ unreadyLooks: 2 }, 3);
    const cluster = await open(fake, "two-workers");
    await cluster.start();
    await cluster.load(image);
    await cluster[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    expect(fake.log).toEqual([
      "network create c1",
      "kind create cluster c1",
      "connect c1-control-plane",
      "connect c1-worker",
      "connect c1-worker2",
      "load c1-control-plane",
      "load c1-worker",
      "load c1-worker2",
      "kind delete cluster c1",
      "network rm c1",
    ]);
    expect(cluster.timings()).toMatchObject({ tries: 1, loads: [{ tries: 1 }, { tries: 1 }, { tries: 1 }] });
  });

  it("an image that comes before the nodes are Ready is refused, and nothing is run for it", async () => {
    const fake = createFakeKind({ unreadyLooks: 3 });
    const cluster = await open(fake);
    await expect(cluster.load(image)).rejects.toThrow(/\[kind\/load-too-early\] .* is planned/);
    const starting = cluster.start();
    await expect(cluster.load(image)).rejects.toThrow(/\[kind\/load-too-early\] .* is starting/);
    await starting;
    expect(fake.log.filter((line) => line.startsWith("load"))).toEqual([]);
    await cluster.load(image);
    await cluster[Symbol.asyncDispose]();
    await expect(cluster.load(image)).rejects.toThrow(/\[kind\/load-too-early\] .* is gone/);
  });

  it("nodes of which one was restarted are joined again, and waited for", async () => {
    const fake = createFakeKind({}, 3);
    const cluster = await open(fake, "two-workers");
    await cluster.start();
    const before = fake.log.length;
    await cluster.rejoin(new AbortController().signal);
    const names = ["control-plane", "worker", "worker2"];
    expect(fake.log.slice(before)).toEqual(names.map((name) => `connect c1-${name}`));
    await expect(cluster.rejoin(AbortSignal.abort())).rejects.toThrow(/abort/);
  });

  it("one that waits for its turn when it is disposed is never created", async () => {
    const { promise: turn, resolve: yourTurn } = Promise.withResolvers<void>();
    const fake = createFakeKind({}, 1, {
      inTurn: async (create) => {
        await turn;
        return await create();
      },
    });
    const cluster = await open(fake);
    const refused = expect(cluster.start()).rejects.toThrow(/abort/i);
    const gone = cluster[Symbol.asyncDispose]();
    yourTurn();
    await Promise.all([refused, gone]);
    expect(fake.log).not.toContain("kind create cluster c1");
  });

  it("one that was never started is not deleted", async () => {
    const fake = createFakeKind();
    await (await open(fake))[Symbol.asyncDispose]();
    expect(fake.log).toEqual([]);
  });
});

describe("what does not come up", () => {
  it("has its logs exported, is deleted, and is tried once more", async () => {
    const fake = createFakeKind({ failingCreations: 1 });
    const cluster = await open(fake);
    await cluster.start();
    expect(fake.log.slice(0, 7)).toEqual([
      "network create c1",
      "kind create cluster c1",
      "kind export logs c1",
      "kind delete cluster c1",
      "network rm c1",
      "network create c1",
      "kind create cluster c1",
    ]);
    expect(cluster.timings().tries).toBe(2);
  });

  it("is an error with what was seen, and nothing of it is left", async () => {
    const fake = createFakeKind({ failingCreations: 2 });
    const cluster = await open(fake);
    await expect(cluster.start()).rejects.toThrow(
      /\[kind\/create-failed\] cluster c1 \(one-node\)[^]*could not find a log line[^]*logs-2/,
    );
    expect(fake.log.slice(-2)).toEqual(["kind delete cluster c1", "network rm c1"]);
  });

  it("is told with its own reason, also where its logs cannot be had", async () => {
    const cluster = await open(createFakeKind({ failingCreations: 2, noLogs: true }));
    await expect(cluster.start()).rejects.toThrow(/\[kind\/create-failed\][^]*could not find a log line/);
  });

  it("containers that are left after its deletion are told, with the line that removes them", async () => {
    const cluster = await open(createFakeKind({ stuck: true }));
    await cluster.start();
    await expect(cluster[Symbol.asyncDispose]()).rejects.toThrow(
      /\[run\/residue\][^]*docker rm --force --volumes c1-control-plane/,
    );
  });
});

describe("an image", () => {
  it("that a load lost without a word is loaded again", async () => {
    const fake = createFakeKind({ lostLoads: { "c1-worker": 2 } }, 3);
    const cluster = await open(fake, "two-workers");
    await cluster.start();
    await cluster.load(image);
    expect(cluster.timings().loads.map(({ node, tries }) => [node, tries])).toEqual([
      ["c1-control-plane", 1],
      ["c1-worker", 3],
      ["c1-worker2", 1],
    ]);
    await cluster.load(image);
    expect(
      cluster
        .timings()
        .loads.slice(3)
        .every(({ wasThere }) => wasThere),
    ).toBe(true);
  });

  it("that never arrives is an error that names image, node and reasons", async () => {
    const cluster = await open(createFakeKind({ lostLoads: { "c1-control-plane": 3 } }));
    await cluster.start();
    await expect(cluster.load(image)).rejects.toThrow(
      /\[kind\/load-failed\] docker\.io\/x\/engine:1 \(sha256:abab[^]*not on c1-control-plane after 3 tries[^]*it was loaded, and the node has nothing: no such image/,
    );
  });
});

it("no more clusters are created at once than there are turns", async () => {
  const fake = createFakeKind({}, 1, { inTurn: pLimit(2), atOnce: 2 });
  const clusters = await Promise.all(["a", "b", "c", "d"].map((name) => open(fake, "one-node", name)));
  await Promise.all(clusters.map((cluster) => cluster.start()));
  expect(fake.mostAtOnce()).toBe(2);
});
