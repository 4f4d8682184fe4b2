import { join } from "node:path";
import { clusterNetwork, nodeAddresses } from "../../harness/cluster/sandbox/addresses.ts";
import { connectCluster, connectNode } from "../../harness/cluster/sandbox/node-network.ts";
import { startNetnsNode } from "../../harness/node/netns-node.ts";
import type { ClusterNode } from "../../harness/node/node.ts";
import { parseDump, renderDumpScript } from "../../harness/state/dump.ts";
import { dumpCommands } from "../../harness/state/dump-commands.ts";
import type { Measure } from "./measure.ts";
import type { InsideTask } from "./sandbox-task.ts";
import { ratiosOf } from "./statistics.ts";

const ruleCounts = [100, 10_000] as const;

/** An ordinary user may not send much more than 200 KiB to the kernel in one message. */
const batchSize = 200;

function renderRule(index: number): string {
  const address = `10.97.${Math.floor(index / 250)}.${(index % 250) + 1}`;
  return `-A BENCH -d ${address}/32 -p tcp -m comment --comment "bench/service-${index}:http cluster IP" -m tcp --dport 80 -j ACCEPT`;
}

/** Brings the chain BENCH to `count` rules in the form of those of kube-proxy. */
async function writeRules(node: ClusterNode, count: number): Promise<void> {
  const rules = Array.from({ length: count }, (_, index) => renderRule(index));
  for (let from = 0; from < count; from += batchSize) {
    // The line that declares a chain also empties it.
    const chain = from === 0 ? [":BENCH - [0:0]"] : [];
    const lines = ["*filter", ...chain, ...rules.slice(from, from + batchSize), "COMMIT", ""];
    await node.exec(["iptables-nft-restore", "--noflush"], { input: lines.join("\n") });
  }
}

/** The same tools one after the other, by one shell, and no more than that. */
export const oneAfterTheOther = [
  'export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"',
  ...dumpCommands.map(({ command, onlyIfExists }) =>
    onlyIfExists === undefined ? command : `[ ! -e ${onlyIfExists} ] || ${command}`,
  ),
].join("\n");

async function startNode(): Promise<ClusterNode> {
  const network = clusterNetwork(0);
  const ref = { name: "bench", ...nodeAddresses(0, 0) };
  await connectCluster(network, "bench-outside");
  await connectNode({ ref, network, slice: 0, cable: "bench" });
  return startNetnsNode({ ref, directory: join("/run/leakproof", ref.name), gateway: network.gateway4 });
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

/** One count of rules: snapshot and plain dump in turn, then the parsing alone. */
async function measureCount(node: ClusterNode, count: number, task: InsideTask): Promise<readonly Measure[]> {
  await writeRules(node, count);
  const items = await node.snapshot();
  const seen = items.filter(({ chain, kind }) => chain === "BENCH" && kind === "rule").length;
  if (seen !== count) throw new Error(`${seen} of ${count} rules are in the snapshot`);
  const snapshots: number[] = [];
  const plain: number[] = [];
  const parsing: number[] = [];
  for (let round = 1; round <= task.repetitions; round++) {
    snapshots.push(await timed(() => node.snapshot()));
    plain.push(await timed(() => node.exec(["sh", "-c", oneAfterTheOther])));
    const { stdout } = await node.exec(["sh", "-c", renderDumpScript()]);
    parsing.push(await timed(async () => parseDump(stdout)));
  }
  task.report(`${count} rules: done`);
  const label = `${count.toLocaleString("en")} rules`;
  return [
    { label: `${label}: dump commands in turn`, unit: "ms", samples: plain },
    { label: `${label}: snapshot`, unit: "ms", samples: snapshots },
    { label: `${label}: of that, parsing`, unit: "ms", samples: parsing },
    {
      label: `${label}: snapshot to dump commands`,
      unit: "ratio",
      samples: ratiosOf(snapshots, plain),
      goal: { atMost: 1.5, judged: "median" },
    },
  ];
}

/** How much longer a canonical snapshot takes than the tools that it asks, one after the other in the same node. */
export async function measureSnapshot(task: InsideTask): Promise<readonly Measure[]> {
  await using node = await startNode();
  const measures: Measure[] = [];
  for (const count of ruleCounts) measures.push(...(await measureCount(node, count, task)));
  return measures;
}
