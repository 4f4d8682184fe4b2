import { readdirSync, readFileSync } from "node:fs";
import { answerErrand } from "../cluster/sandbox/in-sandbox.fixture.ts";
import { toHarnessError } from "../errors/harness-error.ts";
import { renderItem } from "../model/state.ts";
import { parseDump, renderDumpScript } from "../state/dump.ts";

/** What a node looks like by its shell and by a command of its own, and what comes of a shell that is killed. */
export interface DumpShellAnswer {
  readonly byShell: readonly string[];
  readonly byCommand: readonly string[];
  /** Items that were the same objects in a second look. */
  readonly shared: number;
  readonly added: readonly string[];
  readonly killed: number;
  readonly codeWhenKilled: string;
  readonly afterwards: readonly string[];
}

/** Children of this process that wait for orders: a shell without arguments. */
function shells(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return (
          Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sh\0")
        );
      } catch {
        return false; // It has ended meanwhile.
      }
    });
}

await answerErrand<null>(1, async (_input, pool): Promise<DumpShellAnswer> => {
  await using cluster = await pool.acquireCluster();
  const node = await cluster.acquireNode();
  const settled = (items: Awaited<ReturnType<typeof node.snapshot>>): readonly string[] =>
    items
      .filter(({ family }) => family !== "conntrack")
      .map(renderItem)
      .toSorted();
  const first = await node.snapshot();
  const { stdout } = await node.exec(["sh", "-c", renderDumpScript()]);
  await node.exec(["ipset", "create", "fresh", "hash:ip"]);
  const second = await node.snapshot();
  const known = new Set(first);
  const own = shells();
  for (const pid of own) process.kill(pid, "SIGKILL");
  const codeWhenKilled = await node.snapshot().then(
    () => "none",
    (thrown: unknown) => toHarnessError(thrown).code,
  );
  return {
    byShell: settled(first),
    byCommand: settled(parseDump(stdout)),
    shared: second.filter((item) => known.has(item)).length,
    added: settled(second.filter((item) => !known.has(item))),
    killed: own.length,
    codeWhenKilled,
    afterwards: settled(await node.snapshot()),
  };
});
