import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { TracedWrite } from "../trace/index-writes.ts";
import { openTrace } from "../trace/tracer.ts";
import { engineEnvironment } from "./engine-environment.ts";
import { findPids, send } from "./engine-pids.ts";
import type { GatewayRoot } from "./gateway-root.ts";
import { inNamespace } from "./in-namespace.ts";

/** A command that is run in a gateway's pod. */
export interface GatewayCommand {
  readonly argv: readonly [string, ...string[]];
  readonly onStdout: (data: Buffer) => void;
  readonly onStderr: (data: Buffer) => void;
  readonly onKernelWrite: (write: TracedWrite) => void;
  /** Killed when it has done so many writes of rules. */
  readonly stopAfterWrites?: number;
}

interface GatewayPlace {
  /** Network namespace, a name in /run/netns. */
  readonly namespace: string;
  readonly root: GatewayRoot;
  /** Host path for the trace's pipe. */
  readonly tracePath: string;
}

/** The rights of a gateway's pod: it owns its network, and nothing beside. */
const capabilities = ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_DAC_OVERRIDE"] as const;

/** How long the rest of a trace may take to arrive, in ms. */
const drainDeadlineMs = 2_000;

/** What a command that was killed gives, as a shell tells it. */
const killedCode = 137;

function isolation({ root }: GatewayPlace): readonly string[] {
  return [
    "bwrap",
    "--die-with-parent",
    "--new-session",
    "--unshare-pid",
    "--unshare-ipc",
    ...root.options,
    "--dev",
    "/dev",
    "--proc",
    "/proc",
    "--ro-bind",
    "/proc/sys",
    "/proc/sys",
    "--bind",
    "/proc/sys/net",
    "/proc/sys/net",
    "--chdir",
    "/",
    "--cap-drop",
    "ALL",
    ...capabilities.flatMap((name) => ["--cap-add", name]),
    "--",
  ];
}

/** All of its processes; the tracer, which may be stopped, is let go to see it. */
async function killCommand(tracer: number, letGo: () => void): Promise<void> {
  const pids = await findPids(tracer, true);
  send(pids?.init ?? tracer, "SIGKILL");
  letGo();
}

/**
 * Runs a command in a gateway's pod, traced from its first instruction on.
 *
 * @returns its exit code; 137 where a signal ended it
 */
export async function runInGateway(place: GatewayPlace, command: GatewayCommand): Promise<number> {
  const { stopAfterWrites: nth } = command;
  let stop = (): void => undefined;
  await using trace = await openTrace({
    path: place.tracePath,
    onWrite: command.onKernelWrite,
    ...(nth === undefined ? {} : { gate: { policy: { nth }, onHeld: () => stop() } }),
  });
  const [program, ...args] = [...inNamespace(place.namespace), ...trace.argv, ...isolation(place)] as const;
  const child = spawn(program, [...args, ...command.argv], {
    stdio: ["ignore", "pipe", "pipe"],
    env: engineEnvironment({
      ...(place.root.path === undefined ? {} : { PATH: place.root.path }),
      HOME: "/",
    }),
  });
  child.stdout.on("data", command.onStdout);
  child.stderr.on("data", command.onStderr);
  const closed = once(child, "close") as Promise<[number | null]>;
  await once(child, "spawn");
  const { pid } = child;
  if (pid !== undefined) {
    trace.follow(pid);
    stop = () => void killCommand(pid, () => trace.gate?.release());
  }
  const [code] = await closed;
  await Promise.race([trace.ended, delay(drainDeadlineMs, undefined, { ref: false })]);
  return code ?? killedCode;
}
