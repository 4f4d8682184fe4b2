import { accessSync, constants } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { type NodeWiring, podNamespace } from "../../cluster/sandbox/node-network.ts";
import { HarnessError } from "../../errors/harness-error.ts";
import type { KernelFeature } from "../../model/kernel-feature.ts";
import { toldStallMs } from "../../probe/stall-watch.ts";
import { type RunningProcess, startProcess } from "../../process/start.ts";
import { until } from "../../wait/until.ts";
import { startAgent, type NetworkAgent } from "../agent/agent.ts";
import type { ProbeSample } from "../agent/protocol.ts";
import { createNodePackets } from "../node-packets.ts";
import type { ClusterNode } from "../node.ts";
import { iptablesBackend } from "../iptables-backend.ts";
import { createSnapshots, dumpBy } from "../take-snapshot.ts";
import { startGuestEngine } from "./guest-engine.ts";
import type { Guests } from "./guests.ts";
import { type GuestLink, openLink } from "./link.ts";
import { noGateway } from "./no-gateway.ts";
import { renderQemu } from "./qemu.ts";
import { guestLinks, renderStart } from "./start-script.ts";
import { readWaited, type WaitWatch, watchWaits } from "./wait-watch.ts";

export interface GuestNodeOptions {
  readonly wiring: NodeWiring;
  readonly guests: Guests;
  readonly needs: readonly KernelFeature[];
  /** Directory of this node's files; made here, removed with the node. */
  readonly directory: string;
}

/** A guest that QEMU emulates on a busy machine takes minutes, in ms. */
const bootDeadlineMs = 600_000;
const consoleLines = 20;

function bootFailed(name: string, qemu: RunningProcess, what: string): HarnessError {
  return new HarnessError(
    "guest/boot-failed",
    `the guest ${name} ${what}.\nSaw on its console: ${qemu.tail(consoleLines).trim() || "nothing"}\nFix: npm run doctor says what guests need; another kernel is given by --guest-kernel PATH.`,
  );
}

/** What joins a guest to the cluster's bridge. @throws {HarnessError} `guest/no-tun` */
export function expectTun(): void {
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new HarnessError(
      "guest/no-tun",
      "/dev/net/tun cannot be used: it joins a guest to the cluster's bridge.\nFix: sudo modprobe tun; sudo chmod 0666 /dev/net/tun   (or: sudo npm run conformance)",
      { cause },
    );
  }
}

async function connectTo(path: string): Promise<Socket> {
  const socket = createConnection(path);
  await once(socket, "connect");
  return socket;
}

/** Waits for the first word of the program in the guest, or for the end of QEMU. */
async function untilUp(name: string, qemu: RunningProcess, link: GuestLink): Promise<string> {
  let kernel: string | undefined;
  const stop = link.onEvent((event) => {
    if (event.kind === "hello") kernel = event.kernel;
  });
  const look = async (): Promise<true | undefined> =>
    kernel !== undefined || qemu.hasExited() ? true : undefined;
  await until(`guest ${name} is up`, look, { timeoutMs: bootDeadlineMs, everyMs: 20 })
    .catch(() => {
      throw bootFailed(name, qemu, `was not up within ${bootDeadlineMs} ms`);
    })
    .finally(stop);
  if (kernel === undefined) throw bootFailed(name, qemu, "ended before it was up");
  return kernel;
}

const clockLooks = 5;

/** How far the guest's clock is ahead of ours: by the look that took the shortest time. */
async function measureClock(link: GuestLink): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
  for (let look = 0; look < clockLooks; look++) {
    const before = Date.now();
    const theirs = await link.ask("clock", null);
    const tookMs = Date.now() - before;
    if (tookMs < best.tookMs) best = { tookMs, aheadMs: theirs - before - tookMs / 2 };
  }
  return best.aheadMs;
}

/** A look from the guest as it stands here: while QEMU had no processor, nobody in the guest had time, and nobody there knew. */
function withWaits(sample: ProbeSample, waits: WaitWatch): ProbeSample {
  const stalledMs = Math.max(sample.stalledMs ?? 0, Math.round(waits.waitedMs(sample.latencyMs)));
  return stalledMs < toldStallMs ? sample : { ...sample, stalledMs };
}

/** The hands of the program in the guest, like those of a helper in a namespace. */
function handsOf(link: GuestLink, waits: WaitWatch): Pick<NetworkAgent, "ask" | "onProbe"> {
  let onProbe: (sample: ProbeSample) => void = () => undefined;
  link.onEvent((event) => {
    if (event.kind === "probe") onProbe(withWaits(event.sample, waits));
  });
  return {
    ask: (command) => link.ask("hands", command),
    onProbe(listener) {
      onProbe = listener;
    },
  };
}

type Calls = Pick<ClusterNode, "exec" | "startEngine" | "writeEngineFiles" | "tools" | "holdXtablesLock">;

/** What a node does, asked of the program in the guest. */
function callsOf(link: GuestLink, aheadMs: number): Calls {
  let lastEngine = 0;
  return {
    exec: (argv, options = {}) => link.ask("exec", { argv, ...options }),
    writeEngineFiles: async (files) => void (await link.ask("writeFiles", files)),
    tools: {
      give: async (order) => void (await link.ask("giveOrder", order)),
      withdraw: async (name) => void (await link.ask("withdrawOrder", name)),
      bites: (name) => link.ask("bites", name),
    },
    async holdXtablesLock() {
      const holder = await link.ask("holdLock", null);
      return {
        engineWaiting: async () => (await link.ask("lockWaiter", holder)) ?? undefined,
        [Symbol.asyncDispose]: async () => void (await link.ask("releaseLock", holder)),
      };
    },
    startEngine(start) {
      lastEngine += 1;
      return startGuestEngine({ link, engine: lastEngine, aheadMs }, start);
    },
  };
}

/** Starts QEMU and the way to the program in it. */
async function boot(
  { wiring, guests, needs, directory }: GuestNodeOptions,
  undo: AsyncDisposableStack,
): Promise<{
  readonly link: GuestLink;
  readonly waits: WaitWatch;
  readonly kernel: ClusterNode["kernel"];
}> {
  const { name } = wiring.ref;
  const [initramfs, accelerator] = [await guests.initramfs(), await guests.accelerator()];
  const start = join(directory, "start");
  const channel = join(directory, "channel");
  await mkdir(directory, { recursive: true });
  const program = await guests.program();
  await writeFile(start, renderStart(wiring, needs, program.file));
  const { image, modules } = guests.kernel;
  const words = [
    `leakproof.start=${start}`,
    `leakproof.modules=${modules}`,
    `leakproof.program=${program.directory}`,
  ];
  const links = guestLinks(wiring);
  const argv = renderQemu({ accelerator, image, initramfs, words, links, channel });
  const qemu = undo.use(await startProcess(argv, { extendEnv: true }));
  const waits = undo.use(watchWaits(() => readWaited(`/proc/${qemu.pid}/task`)));
  const open = async (): Promise<Socket> => {
    if (qemu.hasExited()) throw bootFailed(name, qemu, "did not start");
    return connectTo(channel);
  };
  const socket = await until(`guest ${name} has a port`, open, { timeoutMs: 20_000, everyMs: 20 }).catch(
    () => {
      throw bootFailed(name, qemu, "has no port");
    },
  );
  const link = undo.use(openLink(name, socket));
  const version = await untilUp(name, qemu, link);
  return { link, waits, kernel: { name: `Linux ${version}`, kind: `guest-${accelerator}` } };
}

/**
 * A node that is a QEMU guest with a kernel of its own, fresh. Its cables are there (`connectGuest`); its pods
 * live on this machine.
 *
 * @throws {HarnessError} `guest/tool-missing`, `guest/kernel-missing`, `guest/no-tun`, `guest/boot-failed`
 */
export async function startGuestNode(options: GuestNodeOptions): Promise<ClusterNode> {
  const { wiring, directory } = options;
  const { ref, network } = wiring;
  expectTun();
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  const pods = undo.use(await startAgent(podNamespace(ref)));
  const { link, waits, kernel } = await boot(options, undo);
  const calls = callsOf(link, await measureClock(link));
  const backend = await iptablesBackend(calls.exec);
  const owned = undo.move();
  const refuse = (): Promise<never> => Promise.reject(noGateway(ref.name));
  return {
    ref,
    ...(wiring.interface === undefined ? {} : { interface: wiring.interface }),
    kernel: { ...kernel, ...backend },
    ...calls,
    ...createNodePackets({ ref, gateway: network.gateway4, node: handsOf(link, waits), pods }),
    openSurroundings: refuse,
    openGateway: refuse,
    execInGateway: refuse,
    snapshot: createSnapshots(dumpBy(ref.name, calls.exec)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
