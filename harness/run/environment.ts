import { readFile } from "node:fs/promises";
import { arch, availableParallelism, release, totalmem } from "node:os";
import { run } from "../process/run.ts";

/** Tool -> how it is asked for its version. */
const versionCommands = {
  // By this name engines call it; whose tables it writes to, its version says.
  iptables: ["iptables", "--version"],
  "iptables-legacy": ["iptables-legacy", "--version"],
  "iptables-nft": ["iptables-nft", "--version"],
  nft: ["nft", "--version"],
  ipset: ["ipset", "--version"],
  ip: ["ip", "-V"],
  conntrack: ["conntrack", "--version"],
  bwrap: ["bwrap", "--version"],
} as const;

/** The machine of a run, as its report tells it. */
export interface MachineDescription {
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly tools: Readonly<Record<string, string>>;
}

async function versionOf(argv: readonly [string, ...string[]]): Promise<string> {
  // A run on somebody's cluster needs none of them on this machine.
  const answer = await run(argv, { timeoutMs: 10_000, allowFailure: true }).catch(() => undefined);
  return (answer?.stdout || answer?.stderr || "").split("\n")[0]?.trim() ?? "";
}

/** Looks at this machine; takes some milliseconds. */
export async function describeMachine(): Promise<MachineDescription> {
  const osRelease = await readFile("/etc/os-release", "utf8").catch(() => ""); // Not every machine has one.
  const versions = await Promise.all(
    Object.entries(versionCommands).map(async ([tool, argv]) => [tool, await versionOf(argv)] as const),
  );
  return {
    os: /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? "Linux",
    kernel: release(),
    arch: arch(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    tools: { ...Object.fromEntries(versions), node: process.version },
  };
}
