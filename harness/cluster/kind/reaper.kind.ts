import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../process/run.ts";
import { until } from "../../wait/until.ts";
import { reapKindClusters } from "./reap.ts";
import { runName } from "./run-network.ts";

const runId = "killed-in-the-middle";

async function list(kind: "ps" | "network", ...args: readonly string[]): Promise<string> {
  const filter = ["--filter", `name=${runName(runId)}`];
  return (await run(["docker", kind, ...args, ...filter, "--quiet"], { timeoutMs: 60_000 })).stdout.trim();
}

it("what a run leaves that is killed while it creates a cluster is reaped, once its process is gone", async () => {
  const directory = await mkdtemp(join(tmpdir(), "leakproof-reaper-"));
  const program = `
    import { openKindFleet } from ${JSON.stringify(new URL("fleet.ts", import.meta.url).href)};
    import { readTopology } from ${JSON.stringify(new URL("topology.ts", import.meta.url).href)};
    const fleet = await openKindFleet({ runId: "${runId}", directory: ${JSON.stringify(directory)}, nodes: 1, report: console.error });
    await fleet.open(await readTopology("no-kube-proxy")).start();
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const hasContainer = async (): Promise<true | undefined> =>
      (await list("ps")) === "" ? undefined : true;
    await until("a container of the run is up", hasContainer, { timeoutMs: 120_000, everyMs: 200 });
    // Alive, it is left alone.
    const ours = (reaped: Awaited<ReturnType<typeof reapKindClusters>>): readonly string[] =>
      reaped.filter((one) => one.runId === runId).flatMap(({ containers }) => containers);
    expect(ours(await reapKindClusters({ dryRun: true }))).toEqual([]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(ours(await reapKindClusters({ dryRun: true }))).not.toEqual([]);
    expect(await list("ps", "--all")).not.toBe("");
    await reapKindClusters();
    expect([await list("ps", "--all"), await list("network", "ls")]).toEqual(["", ""]);
  } finally {
    if (child.exitCode === null) child.kill("SIGKILL");
    await reapKindClusters({ only: [runId] });
    await rm(directory, { recursive: true, force: true });
  }
});
