import { kernelProbes } from "../machine/kernel-probes.ts";
import { parseProbes, renderProbes } from "../machine/probe-kernel.ts";
import type { KernelFeature } from "../model/kernel-feature.ts";
import type { ClusterNode } from "./node.ts";

/** Something that was asked of a kernel and did not work. */
interface LackingFeature {
  readonly feature: KernelFeature;
  /** What the probe printed. */
  readonly seen: string;
}

/**
 * Which of `needs` do not work in a kernel, each tried by doing it in a namespace of its own.
 *
 * @param exec - runs a command as root on that kernel
 */
export async function findLacking(
  needs: readonly KernelFeature[],
  exec: ClusterNode["exec"],
): Promise<readonly LackingFeature[]> {
  const probes = kernelProbes.filter(({ feature }) => feature !== undefined && needs.includes(feature));
  if (probes.length === 0) return [];
  const { stdout } = await exec(["sh", "-c", renderProbes(probes)], { allowFailure: true });
  const failures = parseProbes(stdout, probes);
  return probes.flatMap(({ name, feature }) => {
    const seen = failures.get(name);
    return feature === undefined || seen === undefined ? [] : [{ feature, seen }];
  });
}
