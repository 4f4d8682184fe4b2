/** What a scenario may need of the kernel of its nodes, beyond what every node has. */
const kernelFeatures = ["ip_vs", "dummy", "openvswitch"] as const;

export type KernelFeature = (typeof kernelFeatures)[number];

/** Tells what is asked of the kernel from what is asked of the engine. */
export function isKernelFeature(need: string): need is KernelFeature {
  return kernelFeatures.some((feature) => feature === need);
}
