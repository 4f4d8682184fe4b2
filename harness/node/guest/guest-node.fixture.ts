import { readdir, readFile } from "node:fs/promises";
import { answerErrand } from "../../cluster/sandbox/in-sandbox.fixture.ts";
import type { ClusterLease } from "../../cluster/cluster.ts";
import type { NodeKernel } from "../../model/kernel-feature.ts";
import { renderItem } from "../../model/state.ts";
import { diffStates } from "../../state/diff.ts";
import { until } from "../../wait/until.ts";
import type { ProbeSample } from "../agent/protocol.ts";
import type { ClusterNode } from "../node.ts";

/** What came of one guest; times in ms. */
export interface GuestAnswer {
  readonly kernel: NodeKernel;
  readonly bootMs: number;
  readonly execMs: number;
  readonly snapshotMs: number;
  /** Probes that found the API server, by where they stood. */
  readonly reached: readonly string[];
  readonly podAnswers: string;
  /** Renderings of what came into the snapshot with each of these. */
  readonly added: readonly string[];
  /** What a command said while eth0 was down, and whether the API server was then out of reach. */
  readonly whileDown: string;
  readonly unreachable: string;
  readonly engine: {
    readonly lines: readonly string[];
    readonly writes: readonly string[];
    /** Routes that were there when its second write was held. */
    readonly atHold: readonly string[];
    readonly afterKill: readonly string[];
    readonly exit: unknown;
    /** How far its writes lie from our clock, at most. */
    readonly clockOffMs: number;
  };
  /** Processes of QEMU that are there after the lease. */
  readonly left: readonly string[];
}

/** Needed beyond what was asked for, as other owners make it. */
const ipvs = `ip link add kube-dummy-if type dummy
ip link set kube-dummy-if up
ip addr add 10.97.0.50/32 dev kube-dummy-if
ipvsadm -A -t 10.97.0.50:80 -s rr -p 10800
ipvsadm -a -t 10.97.0.50:80 -r 10.244.0.7:8080 -m -w 3
ipvsadm -A -u [fd00:97::50]:53 -s sh -b sh-port -o
ipvsadm -a -u [fd00:97::50]:53 -r [fd00:10:244::7]:53 -g
ipvsadm -A -f 64 -s mh
ipvsadm -A -f 65 -6 -s rr
ipset create kube-router-svip-prt hash:ip,port family inet timeout 0
ipset add kube-router-svip-prt 10.97.0.50,tcp:80
ipset create soon hash:ip timeout 600
ipset add soon 10.97.0.51
iptables-nft -A INPUT -m ipvs --ipvs -m set --match-set kube-router-svip-prt dst,dst -j ACCEPT`;

async function addedBy(node: ClusterNode, script: string): Promise<readonly string[]> {
  const before = await node.snapshot();
  const { stderr } = await node.exec(["sh", "-ec", `${script}\nipvsadm -Sn >&2; cat /proc/net/ip_vs >&2`]);
  // What the tool really printed, for whoever has to repair the parser.
  process.stderr.write(stderr);
  return diffStates(before, await node.snapshot()).added.map(renderItem);
}

async function untilReached(cluster: ClusterLease, node: ClusterNode): Promise<readonly string[]> {
  const samples: ProbeSample[] = [];
  await node.startProbes(cluster.apiUrls(node), cluster.ca, 500, (sample) => samples.push(sample));
  const reached = (): readonly string[] => [
    ...new Set(
      samples.filter(({ ok }) => ok).map(({ from, connection }) => `${from.split(" ")[0]} ${connection}`),
    ),
  ];
  const all = async (): Promise<true | undefined> => (reached().length === 4 ? true : undefined);
  await until("both find the API server", all, { timeoutMs: 60_000, everyMs: 100 }).catch(() => undefined);
  await node.stopProbes();
  return reached().toSorted();
}

const routesScript = `for n in $(seq 1 20); do ip route add 198.51.100.$n dev lo table 198; echo made $n; done; exec sleep 1000`;

async function tryEngine(node: ClusterNode): Promise<GuestAnswer["engine"]> {
  const lines: string[] = [];
  const writes: { what: string; off: number }[] = [];
  const { promise: held, resolve: onHeld } = Promise.withResolvers<void>();
  const routes = async (): Promise<readonly string[]> =>
    (await node.snapshot()).filter(({ table }) => table === "198").map(({ text }) => text);
  await using engine = await node.startEngine({
    argv: ["/bin/sh", "-c", routesScript],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    hostname: node.ref.name,
    program: "/bin/sh",
    readable: [],
    hidden: [],
    onLine: (line) => lines.push(line),
    onKernelWrite: ({ what, epochMs }) => writes.push({ what, off: Math.abs(Date.now() - epochMs) }),
    gate: { policy: { nth: 2 }, onHeld: () => onHeld() },
  });
  await Promise.race([held, engine.exited]);
  const atHold = await routes();
  await engine.killTree();
  return {
    lines,
    writes: writes.map(({ what }) => what),
    atHold,
    afterKill: await routes(),
    exit: await engine.exited,
    clockOffMs: Math.max(...writes.map(({ off }) => off)),
  };
}

async function guestsRunning(): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")));
  return names.map((name) => name.trim()).filter((name) => name.startsWith("qemu"));
}

async function timed<T>(action: () => Promise<T>): Promise<readonly [T, number]> {
  const began = performance.now();
  return [await action(), Math.round(performance.now() - began)];
}

async function tryGuest(cluster: ClusterLease): Promise<Omit<GuestAnswer, "left">> {
  const [node, bootMs] = await timed(() => cluster.acquireNode(["ip_vs", "dummy"]));
  process.stderr.write(`${node.kernel.name} (${node.kernel.kind}) up after ${bootMs} ms\n`);
  const pod = "10.244.0.77";
  await node.addPod(pod);
  await node.answer(pod, 8080);
  const reached = await untilReached(cluster, node);
  const added = await addedBy(node, ipvs);
  const engine = await tryEngine(node);
  const [, execMs] = await timed(() => node.exec(["true"]));
  const [, snapshotMs] = await timed(() => node.snapshot());
  const podAnswers = await node.connect(pod, 8080, 10_000);
  await node.exec(["ip", "link", "set", "eth0", "down"]);
  const whileDown = (await node.exec(["uname", "-r"])).stdout.trim();
  const { port } = new URL(cluster.apiUrls(node)[0] ?? "");
  const gateway = cluster.network.gateway4;
  const unreachable = await node.connect(gateway, Number(port), 2_000).catch((error: Error) => error.message);
  await node.exec(["ip", "link", "set", "eth0", "up"]);
  const { kernel } = node;
  return { kernel, bootMs, execMs, snapshotMs, reached, podAnswers, added, whileDown, unreachable, engine };
}

await answerErrand<null>(1, async (_, pool) => {
  let answer: Omit<GuestAnswer, "left">;
  {
    await using cluster = await pool.acquireCluster();
    answer = await tryGuest(cluster);
  }
  return { ...answer, left: await guestsRunning() };
});
