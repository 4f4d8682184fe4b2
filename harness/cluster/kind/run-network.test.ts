import { expect, test } from "vitest";
import type { RunTool } from "./docker.ts";
import { reapKindClusters } from "./reap.ts";
import { createClusterNetwork, isAlive, renderOwner, runName } from "./run-network.ts";

test("this process lives; one of another boot, and one whose pid was given again, do not", () => {
  const own = renderOwner();
  expect(isAlive(own)).toBe(true);
  expect(isAlive(own.replace(/:\d+$/, ":1"))).toBe(false);
  expect(isAlive(own.replace(/^[^:]+/, "00000000-0000-0000-0000-000000000000"))).toBe(false);
  expect(isAlive(renderOwner(2 ** 22 + 1))).toBe(false);
  expect(isAlive("")).toBe(false);
});

/** Docker with two networks of runs, one of which lives. */
function docker(log: string[]): RunTool {
  return async (argv) => {
    const line = argv.join(" ");
    const answer = (stdout: string) => ({ stdout, stderr: "", exitCode: 0, durationMs: 1 });
    if (line.startsWith("docker version")) return answer("20.10.24");
    if (line.startsWith("docker network ls")) return answer("n1\nn2\n");
    if (line.startsWith("docker network inspect")) {
      const network = (run: string, owner: string) => ({
        Name: `${runName(run)}-1`,
        Labels: { "dev.leakproof.owner": owner, "dev.leakproof.run": run },
      });
      return answer(JSON.stringify([network("dead", "x:1:2"), network("live", renderOwner())]));
    }
    if (line.includes("label=io.x-k8s.kind.cluster --format")) {
      const names = [`${runName("live")}-1`, `${runName("gone")}-1`, "somebody-elses"];
      return answer(names.map((name) => `${name}-control-plane ${name}\n`).join(""));
    }
    if (line === "ip netns list") {
      const names = ["dead", "live", "gone"].map((run) => `${runName(run)}-1-control-plane`);
      return answer([...names, "somebody-elses", "lp-c0-n1"].map((name) => `${name} (id: 1)\n`).join(""));
    }
    if (line.includes("label=dev.leakproof.owner"))
      return answer(`old-registry\tdead\tx:1:2\nour-registry\tlive\t${renderOwner()}\n`);
    if (line.startsWith("docker ps")) return answer("a-control-plane\na-worker\n");
    log.push(line);
    return answer("");
  };
}

test("the reaper removes what a dead run left, and lets the living alone", async () => {
  const log: string[] = [];
  const [dead, gone] = [`${runName("dead")}-1`, `${runName("gone")}-1`];
  const namespaces = [`${dead}-control-plane`];
  expect(await reapKindClusters({ runTool: docker(log) })).toEqual([
    { runId: "dead", network: "", containers: ["old-registry"], namespaces: [] },
    { runId: "dead", network: dead, containers: ["a-control-plane", "a-worker"], namespaces },
    {
      runId: "",
      network: gone,
      containers: [`${gone}-control-plane`],
      namespaces: [`${gone}-control-plane`],
    },
  ]);
  expect(log).toEqual([
    "docker rm --force --volumes old-registry",
    "docker rm --force --volumes a-control-plane a-worker",
    `ip netns delete ${dead}-control-plane`,
    `docker network rm ${dead}`,
    `docker rm --force --volumes ${gone}-control-plane`,
    `ip netns delete ${gone}-control-plane`,
  ]);
});

test("a dry run removes nothing", async () => {
  const log: string[] = [];
  expect(await reapKindClusters({ runTool: docker(log), dryRun: true })).toHaveLength(3);
  expect(log).toEqual([]);
});

test("a subnet that somebody else has is passed over", async () => {
  const tried: string[] = [];
  const runTool: RunTool = async (argv) => {
    tried.push(argv[argv.indexOf("--subnet") + 1] ?? "");
    const isTaken = tried.length < 3;
    const stderr = isTaken ? "Pool overlaps with other one on this address space" : "";
    return { stdout: "", stderr, exitCode: isTaken ? 1 : 0, durationMs: 1 };
  };
  await createClusterNetwork("c1", "r1", runTool);
  expect(new Set(tried).size).toBe(3);
  const broken: RunTool = async () => ({ stdout: "", stderr: "no permission", exitCode: 1, durationMs: 1 });
  await expect(createClusterNetwork("c1", "r1", broken)).rejects.toThrow(
    /\[kind\/create-failed\].*c1[^]*no permission/,
  );
});
