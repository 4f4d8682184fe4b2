import { expect, test } from "vitest";
import { newKindNode } from "./kind-node.fixture.ts";
import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import type { RunTool } from "./docker.ts";
import { createNamedPods } from "./named-pods.ts";

const node = newKindNode();
const metadata = { name: "p", namespace: "n" };
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: { nodeName: "n1", containers: [] },
  status: { phase: "Running", podIP: "10.244.0.9" },
};

/** A cluster that takes pods at the second try, and whose kubelet needs a look more to run them. */
function world(address: string) {
  const files: string[] = [];
  const applied: KubeObject[] = [];
  let tries = 0;
  let looks = 0;
  const runTool: RunTool = async (argv, { input }) => {
    if (input !== undefined) files.push(`${argv.at(-1)}: ${input}`);
    const stdout = argv.includes("images") ? "docker.io/x:1\nregistry.k8s.io/pause:3.10\n" : "";
    return { stdout, stderr: "", exitCode: 0, durationMs: 1 };
  };
  const api = {
    async apply(object: KubeObject) {
      tries += 1;
      if (tries === 1) throw new Error('serviceaccount "default" not found');
      applied.push(object);
    },
    async request() {
      looks += 1;
      const status = looks === 1 ? { phase: "Pending" } : { phase: "Running", podIP: address };
      return { status: 200, body: { status } };
    },
  } as unknown as KubeApi;
  return { files, applied, pods: createNamedPods(api, () => [node], runTool) };
}

test("a pod runs the image that every node has, with the address that was told before", async () => {
  const { pods, files, applied } = world("10.244.0.9");
  await pods.run(pod);
  expect(files).toEqual(["/var/lib/leakproof/pods/n_p: 10.244.0.9"]);
  expect(applied).toMatchObject([
    { metadata, spec: { nodeName: "n1", containers: [{ image: "registry.k8s.io/pause:3.10" }] } },
  ]);
  expect(applied[0]).not.toHaveProperty("status");
});

test("a pod for a node that is none is an error", async () => {
  const { pods } = world("10.244.0.9");
  await expect(pods.run({ ...pod, spec: { nodeName: "n2" } })).rejects.toThrow(/n2, which is no node/);
});
