import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram, withSystemFolders } from "../../machine/host-tools.js";
import { run } from "../../process/run.ts";
import { type KindFleet, openKindFleet } from "./fleet.ts";
import { execInNode } from "./kind-node.ts";
import { type ImageArchive, saveImage } from "./load.ts";
import { kubectl } from "./ready.ts";
import { type ImageRegistry, openRegistry } from "./registry.ts";
import { readTopology } from "./topology.ts";

/** Real clusters. `npm run test:kind` runs this where docker and the node image are. */

const reference = "leakproof/kind-test:1";
const listImages = ["ctr", "-n", "k8s.io", "images", "ls", "-q"];
let directory = "";
let image: ImageArchive;
let before = "";

async function docker(...args: readonly string[]): Promise<string> {
  return (await run(["docker", ...args], { timeoutMs: 60_000 })).stdout;
}

/** Everything in docker that a run could leave: containers, networks, volumes. */
async function inventory(): Promise<string> {
  const parts = [
    await docker("ps", "--all", "--format", "{{.Names}}"),
    await docker("network", "ls", "--format", "{{.Name}}"),
    await docker("volume", "ls", "--format", "{{.Name}}"),
  ];
  return parts.map((text) => text.split("\n").toSorted().join(" ").trim()).join("\n");
}

const report = (line: string): void => void process.stderr.write(`${line}\n`);

function openFleet(runId: string, nodes: number, registry?: ImageRegistry): Promise<KindFleet> {
  const beside = registry === undefined ? {} : { registry };
  return openKindFleet({ runId, directory: join(directory, runId), nodes, report, ...beside });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "leakproof-kind-"));
  await writeFile(join(directory, "proof"), "arrived\n");
  const script = `tar -C "$1" -c proof | docker import - ${reference}`;
  await run(["sh", "-c", script, "import", directory], { timeoutMs: 60_000 });
  image = await saveImage(reference, join(directory, "image.tar"), run);
  before = await inventory();
});

afterAll(async () => {
  await docker("image", "rm", "--force", reference);
  await rm(directory, { recursive: true });
});

describe("two clusters at once", () => {
  it("come up, take an image each, and leave nothing", async () => {
    {
      await using fleet = await openFleet("two-at-once", 2);
      const topologies = await Promise.all(["one-node", "no-kube-proxy"].map(readTopology));
      const clusters = topologies.map((topology) => fleet.open(topology));
      const starting = clusters.map((cluster) => cluster.start());
      for (const cluster of clusters)
        await expect(cluster.load(image)).rejects.toThrow(/\[kind\/load-too-early\]/);
      await Promise.all(starting);
      await Promise.all(clusters.map((cluster) => cluster.load(image)));
      for (const cluster of clusters) {
        console.log(JSON.stringify(cluster.timings()));
        expect(cluster.timings().loads).toMatchObject([{ wasThere: false }]);
        const [node] = cluster.nodes();
        if (node === undefined) throw new Error("a cluster that is up has a node");
        const listed = await execInNode(node, listImages, run);
        expect(listed.stdout).toContain(image.reference);
        const port = /server: https:\/\/127\.0\.0\.1:(\d+)/.exec(
          await readFile(cluster.kubeconfig, "utf8"),
        )?.[1];
        expect(Number(port)).toBeLessThan(32_768);
        const pods = await kubectl(cluster.nodes(), ["get", "pods", "-A", "-o", "name"], run);
        expect(pods.includes("kube-proxy")).toBe(cluster === clusters[0]);
      }
    }
    expect(await inventory()).toBe(before);
  });
});

const hasSkopeo = findProgram("skopeo", withSystemFolders(process.env["PATH"])) !== undefined;
if (!hasSkopeo) console.log("the registry beside clusters is not tried: skopeo is not installed");

describe.runIf(hasSkopeo)("a registry beside a cluster", () => {
  it("gives an image to its node, with its digest and the name that pods use, and leaves nothing", async () => {
    const { id } = image;
    {
      await using registry = await openRegistry({ runId: "registry", report });
      await using fleet = await openFleet("registry", 1, registry);
      const pulled = await registry.push(image.path, "kind-pulled:1");
      expect(pulled).toMatchObject({ id, reference: "docker.io/leakproof/kind-pulled:1" });
      const cluster = fleet.open(await readTopology("one-node"));
      await cluster.start();
      await cluster.load(pulled);
      await cluster.load(pulled);
      console.log(JSON.stringify(cluster.timings()));
      expect(cluster.timings().loads.map(({ wasThere }) => wasThere)).toEqual([false, true]);
      const listed = await execInNode({ name: cluster.nodes()[0]?.name ?? "" }, listImages, run);
      const ours = listed.stdout.split("\n").filter((name) => name.includes("kind-pulled"));
      expect(ours).toEqual([pulled.reference]);
      // Nobody has pushed this one.
      const nameIn = async (network: string) => `${await pulled.nameIn(network)}-not`;
      const missing = { ...pulled, reference: `${pulled.reference}-not`, nameIn };
      await expect(cluster.load(missing)).rejects.toThrow(/\[kind\/load-failed\][^]*not found/);
    }
    expect(await inventory()).toBe(before);
  });
});

describe.each(["two-workers", "ipv6", "dual-stack"])("the topology %s", (name) => {
  it("comes up with all its nodes, and leaves nothing", async () => {
    const topology = await readTopology(name);
    {
      await using fleet = await openFleet(`topology-${name}`, topology.nodes.length);
      const cluster = fleet.open(topology);
      await cluster.start();
      console.log(JSON.stringify(cluster.timings()));
      expect(cluster.nodes()).toHaveLength(topology.nodes.length);
      await cluster.load(image);
      const cidrs = await kubectl(cluster.nodes(), ["get", "nodes", "-o", "jsonpath={..podCIDRs}"], run);
      const { ipFamily } = topology.networking;
      expect([cidrs.includes("10.244."), cidrs.includes("fd00:10:244:")]).toEqual([
        ipFamily !== "ipv6",
        ipFamily !== "ipv4",
      ]);
    }
    expect(await inventory()).toBe(before);
  });
});
