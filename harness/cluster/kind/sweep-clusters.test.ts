import { expect, it } from "vitest";
import type { RunTool } from "./docker.ts";
import { sweepKindClusters } from "./sweep-clusters.ts";

const answer = (stdout: string, exitCode = 0) => ({ stdout, stderr: "", exitCode });

it("finds nothing where no docker daemon answers", async () => {
  const silent: RunTool = async () => answer("", 1) as Awaited<ReturnType<RunTool>>;
  expect(await sweepKindClusters(silent).find()).toEqual([]);
});

it("finds a container of ours whose network is gone, and removes it with its volumes", async () => {
  const calls: string[] = [];
  const docker: RunTool = async (argv) => {
    const line = argv.join(" ");
    calls.push(line);
    const stdout = line.startsWith("docker version")
      ? "20.10\n"
      : line.includes("label=io.x-k8s.kind.cluster")
        ? "leakproof-x-c0-control-plane leakproof-x-c0\n"
        : "";
    return answer(stdout) as Awaited<ReturnType<RunTool>>;
  };
  const [found, ...others] = await sweepKindClusters(docker).find();
  expect(others).toEqual([]);
  expect(found?.what).toContain("leakproof-x-c0-control-plane");
  expect(calls.some((line) => line.includes(" rm "))).toBe(false);
  await found?.remove();
  expect(calls.at(-1)).toBe("docker rm --force --volumes leakproof-x-c0-control-plane");
});
