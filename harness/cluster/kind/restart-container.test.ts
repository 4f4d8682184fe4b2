import { expect, test } from "vitest";
import { newKindNode } from "./kind-node.fixture.ts";
import type { RunTool } from "./docker.ts";
import type { KindNode } from "./kind-node.ts";
import { restartContainer } from "./restart-container.ts";

function nodeOf(): KindNode {
  return newKindNode({ pid: 7, ipv4: "172.29.1.2", ipv6: "fd00::2" });
}

/** A docker whose container has that first program and address once it was restarted. */
function docker(pid: number, address: string) {
  const log: string[] = [];
  const runTool: RunTool = async (argv) => {
    log.push(argv.join(" "));
    const container = {
      Id: "c",
      Name: "/n1",
      State: { Pid: pid },
      Config: { Labels: { "io.x-k8s.kind.role": "control-plane" } },
      NetworkSettings: { Networks: { x: { IPAddress: address, GlobalIPv6Address: "fd00::2" } } },
    };
    return { stdout: JSON.stringify([container]), stderr: "", exitCode: 0, durationMs: 1 };
  };
  return { log, runTool };
}

const networkOf = async ({ pid }: Pick<KindNode, "pid">): Promise<string> => `net:[${pid}]`;

test("whoever holds the node finds its new first program", async () => {
  const node = nodeOf();
  const { log, runTool } = docker(8, "172.29.1.2");
  expect(await restartContainer(node, runTool, networkOf)).toBe(
    "network namespace net:[8] in place of net:[7]",
  );
  expect(node.pid).toBe(8);
  expect(log).toEqual(["docker restart -t 0 n1", "docker inspect n1"]);
});

test.each([
  ["another address", 8, "172.29.1.3"],
  ["no program", 0, "172.29.1.2"],
])("a node that comes back with %s is an error that says so", async (_, pid, address) => {
  const restarted = restartContainer(nodeOf(), docker(pid, address).runTool, networkOf);
  await expect(restarted).rejects.toThrow(
    new RegExp(`\\[kind/restart-failed\\] [^]*Saw: pid ${pid}, addresses ${address}`),
  );
});
