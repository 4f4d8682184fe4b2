import { expect, test } from "vitest";
import { newKindNode } from "./kind-node.fixture.ts";
import type { KubeApi } from "../../kube/client.ts";
import type { KubeObject } from "../../model/objects.ts";
import {
  createEnginePods,
  listEnginePods,
  readEngineTemplate,
  removeEngineDaemonSet,
  rollEngineDaemonSet,
} from "./engine-daemon-set.ts";
import { createNodeKubelet } from "./kind-kubelet.ts";
import { podTool } from "../../node/container/pod-tools.ts";
import type { RunTool } from "./docker.ts";

interface Pod {
  readonly name: string;
  readonly image: string;
  readonly isEnding?: boolean;
  readonly waitingFor?: string;
}

function bodyOf({ name, image, isEnding = false, waitingFor }: Pod) {
  return {
    metadata: {
      name,
      uid: `uid-${name}`,
      ...(isEnding ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: { containers: [{ image }] },
    status:
      waitingFor === undefined ? {} : { containerStatuses: [{ state: { waiting: { reason: waitingFor } } }] },
  };
}

/** An API that has these pods, of which those go that are deleted at once. */
function api(given: readonly Pod[]) {
  let pods = [...given];
  let annotations: Record<string, string> = {};
  let image = "x/e:1";
  const log: string[] = [];
  const applied: KubeObject[] = [];
  const request: KubeApi["request"] = async (method, path, body) => {
    if (method === "GET" && path.includes("/pods")) return { status: 200, body: { items: pods.map(bodyOf) } };
    if (method === "GET")
      return {
        status: 200,
        body: { spec: { template: { metadata: { annotations }, spec: { containers: [{ image }] } } } },
      };
    log.push(`${method} ${path.split("/").slice(-2).join("/")} ${JSON.stringify(body)}`);
    if (method === "PATCH") {
      const text = /"leakproof.dev\/revision":"(\d+)"/.exec(JSON.stringify(body))?.[1] ?? "";
      annotations = { "leakproof.dev/revision": text };
    }
    const gone = path.split("/").at(-1);
    if (method === "DELETE" && JSON.stringify(body).includes('"gracePeriodSeconds":0'))
      pods = pods.filter(({ name }) => name !== gone);
    return { status: 200, body: {} };
  };
  const made: KubeApi = {
    async apply(object) {
      applied.push(object);
      image = /"image":"([^"]+)"/.exec(JSON.stringify(object))?.[1] ?? "";
    },
    remove: async () => true,
    createToken: async () => "",
    request,
    [Symbol.dispose]: () => undefined,
  };
  return { api: made, log, applied, names: () => pods.map(({ name }) => name) };
}

const atOnce = '{"gracePeriodSeconds":0,"propagationPolicy":"Background"}';

test("a pod that is about to end, or of another version, is none to be let go", async () => {
  const world = api([
    { name: "old", image: "x/e:1" },
    { name: "ending", image: "x/e:2", isEnding: true },
    { name: "new", image: "x/e:2" },
  ]);
  const pods = createEnginePods(world.api, "n1", "x/e:2");
  expect(await pods.uids()).toEqual(["uid-new"]);
  await pods.ensure();
  expect(world.log).toEqual([`DELETE pods/old ${atOnce}`]);
});

test("kubelet lets an engine hear of its end: the pod says how, and how long it has", async () => {
  const world = api([]);
  await createEnginePods(world.api, "n1", "x/e:1").ensure();
  expect(JSON.stringify(world.applied)).toContain(
    `"preStop":{"exec":{"command":${JSON.stringify([...podTool("sh"), "/run/leakproof/stop"])}}}`,
  );
  expect(JSON.stringify(world.applied)).toContain('"terminationGracePeriodSeconds":30');
});

test("each rollout gives the template one revision more", async () => {
  const world = api([]);
  expect(await rollEngineDaemonSet(world.api)).toBe(1);
  expect(await rollEngineDaemonSet(world.api)).toBe(2);
  expect((await readEngineTemplate(world.api)).revision).toBe(2);
});

test("the DaemonSet goes first, then its pods at once, whatever time they would have", async () => {
  const world = api([{ name: "a", image: "x/e:1" }]);
  await removeEngineDaemonSet(world.api);
  expect(world.log).toEqual([`DELETE daemonsets/engine ${atOnce}`, `DELETE pods/a ${atOnce}`]);
  expect(world.names()).toEqual([]);
});

const node = newKindNode();
const archive = { path: "/e.tar", reference: "x/e:1", id: `sha256:${"ab".repeat(32)}` };

function kubeletOf(world: ReturnType<typeof api>) {
  const commands: string[] = [];
  const runTool: RunTool = async (argv) => {
    commands.push(argv.join(" "));
    const isQuestion = argv.at(-1) === archive.reference && argv.includes("sh");
    const stdout = isQuestion ? JSON.stringify({ config: { digest: archive.id } }) : "";
    return { stdout, stderr: "", exitCode: argv.includes("is-active") ? 3 : 0, durationMs: 1 };
  };
  const images = new Map([["/bin/e", archive]]);
  return { kubelet: createNodeKubelet({ node, api: world.api, images, runTool }), commands };
}

test("the pod that is deleted is the one that is there to stay, with the grace that is asked for", async () => {
  const world = api([
    { name: "old", image: "x/e:1", isEnding: true },
    { name: "now", image: "x/e:1" },
  ]);
  expect(await kubeletOf(world).kubelet.deletePod(30)).toBe("now");
  expect(world.log).toEqual([`DELETE pods/now ${atOnce.replace(":0", ":30")}`]);
});

test("kubelet is stopped and started in the node, and asked whether it runs", async () => {
  const { kubelet, commands } = kubeletOf(api([]));
  await kubelet.stop();
  expect(await kubelet.isRunning()).toBe(false);
  await kubelet.start();
  expect(commands).toEqual([
    "docker exec n1 systemctl stop kubelet.service",
    "docker exec n1 systemctl is-active --quiet kubelet.service",
    "docker exec n1 systemctl start kubelet.service",
  ]);
});

test("the image of the template is taken from the node, and a pod that waits for it makes room for another", async () => {
  const world = api([{ name: "p", image: "x/e:1", waitingFor: "ErrImageNeverPull" }]);
  const { kubelet, commands } = kubeletOf(world);
  expect(await kubelet.removeImage()).toBe("x/e:1");
  expect(commands).toEqual(["docker exec n1 ctr --namespace=k8s.io images rm --sync x/e:1"]);
  expect(await kubelet.waitingFor()).toBe("ErrImageNeverPull");
  await kubelet.restoreImage();
  expect(world.names()).toEqual([]);
});

test("a version that the run has no image of cannot be rolled to", async () => {
  const world = api([]);
  const { kubelet } = kubeletOf(world);
  await expect(kubelet.rollTo("/bin/other")).rejects.toThrow(/\[kind\/lacks\]/);
  await kubelet.rollTo("/bin/e");
  expect((await listEnginePods(world.api)).length).toBe(0);
  expect((await readEngineTemplate(world.api)).image).toBe("x/e:1");
});
