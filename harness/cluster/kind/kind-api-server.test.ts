import { expect, test } from "vitest";
import { newKindNode } from "./kind-node.fixture.ts";
import type { KubeApi } from "../../kube/client.ts";
import type { RunTool } from "./docker.ts";
import { controlApiServer } from "./kind-api-server.ts";

const node = newKindNode();

function control(statuses: number[]) {
  const commands: string[] = [];
  const runTool: RunTool = async (argv) => {
    commands.push(argv.at(-1) ?? "");
    return { stdout: "", stderr: "", exitCode: 0, durationMs: 1 };
  };
  const api = {
    request: async () => ({ status: statuses.shift() ?? 500, body: "" }),
  } as unknown as KubeApi;
  return { ...controlApiServer({ node, api, runTool }), commands, statuses };
}

test("one that runs is not started, and one that was killed is waited for", async () => {
  const { killApiServer, startApiServer, commands, statuses } = control([500, 200]);
  await startApiServer();
  expect(commands).toEqual([]);
  await killApiServer();
  expect(commands[0]).toMatch(
    /mv \/etc\/kubernetes\/manifests\/kube-apiserver\.yaml [^]*pkill -KILL -x kube-apiserver/,
  );
  await startApiServer();
  expect(commands[1]).toMatch(/mv \S+\.away \/etc\/kubernetes\/manifests\/kube-apiserver\.yaml$/);
  expect(statuses).toEqual([]);
  await startApiServer();
  expect(commands).toHaveLength(2);
});
