import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ClusterLease } from "../../cluster/cluster.ts";
import { answerErrand } from "../../cluster/sandbox/in-sandbox.fixture.ts";
import type { ClusterNode } from "../node.ts";
import { engineHome } from "../isolate.ts";
import { readableByEngines } from "../../program/places.ts";
import { isSameState } from "../../state/diff.ts";
import { type HostileTargets, reportMark, type Tries } from "./protocol.fixture.ts";

/** From outside of the sandbox: what lies on the host. */
export type HostTargets = Pick<
  HostileTargets,
  "fileName" | "directories" | "secrets" | "addresses" | "sockets"
>;

export interface HostileAnswer {
  /** The same program without isolation, in a node's network namespace: shows which leaks would be seen. */
  readonly bare: Tries;
  readonly fenced: Tries;
  readonly works: Readonly<Record<string, unknown>>;
  readonly exit: { readonly exitCode?: number; readonly signal?: string };
  /** Each is true where the run is intact. */
  readonly afterwards: Readonly<Record<string, boolean>>;
}

const program = join(import.meta.dirname, "engine.fixture.ts");

function tellOf(log: string): { readonly tries: Tries; readonly works?: HostileAnswer["works"] } {
  const line = log.split("\n").find((each) => each.startsWith(reportMark));
  if (line === undefined) throw new Error(`the hostile engine did not report:\n${log.slice(-3_000)}`);
  return JSON.parse(line.slice(reportMark.length)) as ReturnType<typeof tellOf>;
}

/** Listeners of the harness itself, which stand for all that it listens on. */
async function listen(
  at: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(at, done));
}

/** Where the engine of a node has its files, as the harness sees them. */
const homeOf = ({ ref }: ClusterNode): string => join("/run/leakproof", ref.name, "home");

/** What an engine on a node of `own` must not get at, inside of the sandbox. */
async function insideTargets(
  own: ClusterLease,
  other: ClusterLease,
  neighbour: ClusterNode,
  foreign: ClusterNode,
) {
  const { ports, gateway4 } = own.network;
  await listen({ host: "127.0.0.1", port: 40_001 });
  await listen({ path: "\0leakproof-harness" });
  await listen({ path: "/run/leakproof/harness.sock" });
  await writeFile(join(homeOf(neighbour), "token"), "the neighbour's token");
  return {
    secrets: [
      `/run/leakproof/control-plane-${own.index}/tokens.csv`,
      `/run/leakproof/control-plane-${own.index}/sa.key`,
      join(homeOf(neighbour), "token"),
    ],
    addresses: [
      "127.0.0.1:40001",
      ...[ports.etcd, ports.etcdPeer, ports.api].map((port) => `127.0.0.1:${port}`),
      ...[ports.etcd, ports.etcdPeer].map((port) => `${gateway4}:${port}`),
      ...[other.network.gateway4, `[${other.network.gateway6}]`].map(
        (host) => `${host}:${other.network.ports.api}`,
      ),
      `${foreign.ref.ipv4}:6443`,
      `[${foreign.ref.ipv6}]:6443`,
    ],
    sockets: ["/run/leakproof/harness.sock", "@leakproof-harness"],
  };
}

function start(
  node: ClusterNode,
  argv: readonly [string, ...string[]],
): ReturnType<ClusterNode["startEngine"]> {
  const readable = readableByEngines();
  return node.startEngine({
    argv,
    env: { HOME: engineHome },
    hostname: "hostile",
    program,
    readable,
    hidden: [],
    onLine: () => undefined,
    onKernelWrite: () => undefined,
  });
}

/** Looks whether everything that the engine tried to harm is as it was. */
async function inspect(leases: readonly ClusterLease[], node: ClusterNode): Promise<Record<string, boolean>> {
  const ready = await Promise.all(leases.map(({ api }) => api.request("GET", "/readyz")));
  const again = await start(node, ["cat", `${engineHome}/scratch`]);
  await again.exited;
  const host = await readFile("/etc/hostname", "utf8").catch(() => "");
  return {
    "API servers answer": ready.every(({ status }) => status === 200),
    "the helper of its node answers": (await node.connect(node.ref.ipv4, 6443, 2_000).catch(String)) !== "",
    "its scratch is there for its next life": again.log().includes("mine"),
    "its own rules are there": JSON.stringify(await node.snapshot()).includes("10.244.0.9"),
    "the host's name is its own": host === "" || !host.includes("hostile"),
  };
}

await answerErrand<HostTargets>(2, async (host, pool) => {
  await using own = await pool.acquireCluster();
  await using other = await pool.acquireCluster();
  const [node, neighbour, foreign] = [
    await own.acquireNode(),
    await own.acquireNode(),
    await other.acquireNode(),
  ];
  const inside = await insideTargets(own, other, neighbour, foreign);
  const targets: HostileTargets = {
    fileName: host.fileName,
    directories: [...host.directories, homeOf(neighbour), "/run/leakproof", homedir()],
    secrets: [...host.secrets, ...inside.secrets],
    addresses: [...host.addresses, ...inside.addresses],
    sockets: [...host.sockets, ...inside.sockets],
    lookOnly: false,
  };
  const argv = (lookOnly: boolean) =>
    [process.execPath, program, JSON.stringify({ ...targets, lookOnly })] as const;
  const bare = tellOf((await node.exec(argv(true))).stdout).tries;
  const before = await neighbour.snapshot();
  const engine = await start(node, argv(false));
  const exit = await engine.exited;
  const { tries, works = {} } = tellOf(engine.log());
  const afterwards = {
    ...(await inspect([own, other], node)),
    "the neighbour's rules are as they were": isSameState(before, await neighbour.snapshot()),
    "the neighbour's token is as it was":
      (await readFile(join(homeOf(neighbour), "token"), "utf8")) === "the neighbour's token",
  };
  return { bare, fenced: tries, works, exit, afterwards } satisfies HostileAnswer;
});
