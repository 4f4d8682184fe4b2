import type { IptablesBackend, NodeKernel } from "../model/kernel-feature.ts";

/** What `iptables --version` says of its back end; releases before 1.8 have one only, and do not name it. */
export function readBackend(version: string): IptablesBackend | undefined {
  if (version.includes("(nf_tables)")) return "nf_tables";
  return version.startsWith("iptables v") ? "legacy" : undefined;
}

/**
 * Asks a node where its `iptables` writes.
 *
 * @param exec - runs a command there as root
 */
export async function iptablesBackend(
  exec: (argv: readonly [string, ...string[]]) => Promise<{ readonly stdout: string }>,
): Promise<Pick<NodeKernel, "iptables">> {
  const { stdout } = await exec(["sh", "-c", "iptables --version || true"]);
  const iptables = readBackend(stdout);
  return iptables === undefined ? {} : { iptables };
}
